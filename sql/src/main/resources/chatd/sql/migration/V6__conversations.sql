-- Conversations: a page of one, and what is unread in it, are ranges of an index. And what was sent with an identifier
-- of the client's own, so that it is not stored a second time.

alter table message
  add column conversation bigint unsigned null
    comment '0 everyone; lower account << 32 | higher account; null: those in the table receiver' after receiver,
  add column answered bigint unsigned null comment 'the message that it answers';

update message set conversation = if(receiver = 0, 0, least(sender, receiver) << 32 | greatest(sender, receiver))
  where receiver is not null;

alter table message
  add key message_conversation (conversation, number, sender);

-- A message to several is in the conversation of its sender with each receiver.
alter table receiver
  add column conversation bigint unsigned not null default 0;

update receiver join message on message.number = receiver.message
  set receiver.conversation = least(message.sender, receiver.account) << 32 | greatest(message.sender, receiver.account);

alter table receiver
  alter column conversation drop default,
  add key receiver_conversation (conversation, message);

-- How often an account was renamed of late.
alter table account_change
  add key account_change_kind (account, kind, time);

-- Whom a message mentions, as resolved when it was sent.
create table mention (
  account      int unsigned not null,
  conversation bigint unsigned not null,
  message      bigint unsigned not null,
  primary key (account, conversation, message),
  key mention_message (message)
) engine = InnoDB;

-- Deleted after a week.
create table sent_once (
  id      binary(16) not null primary key comment 'hash of the account and of the identifier that it gave',
  content binary(16) not null comment 'hash of what was sent',
  message bigint unsigned null comment 'the message that it became, if it became one',
  time    datetime(6) not null,
  key sent_once_time (time)
) engine = InnoDB;
