-- Friends, requests and blocks; what users prefer; how far they have read.

alter table account
  add column tells_reading boolean not null default true comment 'whether others learn how far it has read, and that it types',
  add column may_call tinyint unsigned not null default 1 comment '0 everyone, 1 friends, 2 nobody',
  add column may_ask tinyint unsigned not null default 0 comment 'to be a friend; as may_call',
  add column may_add tinyint unsigned not null default 0 comment 'to a group; as may_call';

alter table account_change
  add column other int unsigned null comment 'the account that it concerns, too';

-- One row a pair.
create table friendship (
  low   int unsigned not null comment 'the lower number',
  high  int unsigned not null,
  since datetime(6) not null,
  primary key (low, high),
  key friendship_high (high)
) engine = InnoDB;

create table friend_request (
  asker    int unsigned not null,
  asked    int unsigned not null,
  open     boolean not null comment 'neither answered nor withdrawn',
  told     boolean not null comment 'whether the asked user knows of it',
  text     varchar(1000) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  time     datetime(6) not null,
  declined datetime(6) null comment 'when the asked user declined last',
  primary key (asker, asked),
  key friend_request_asked (asked)
) engine = InnoDB default charset = utf8mb4;

create table blocked (
  account int unsigned not null,
  other   int unsigned not null comment 'whose messages do not reach the account',
  since   datetime(6) not null,
  primary key (account, other),
  key blocked_other (other)
) engine = InnoDB;

-- A message to a user who had blocked its sender: it is in the sender's history alone. Its receiver stands here, and in
-- no index of its own; for the sender it is in a conversation with a number of its own.
create table withheld (
  message      bigint unsigned not null,
  account      int unsigned not null comment 'the receiver',
  conversation bigint unsigned not null comment 'sender << 32 | 1 << 31 | receiver',
  primary key (message, account),
  key withheld_conversation (conversation, message)
) engine = InnoDB;

-- A user in a conversation.
create table party (
  account      int unsigned not null,
  conversation bigint unsigned not null,
  read_mid     bigint unsigned not null comment 'up to here the user has read',
  notify       tinyint unsigned not null default 0 comment '0 of all, 1 of mentions, 2 of nothing',
  pinned       boolean not null default false,
  unread       boolean not null default false comment 'marked by the user',
  withheld     bigint unsigned null comment 'the conversation of what was withheld from the other',
  primary key (account, conversation)
) engine = InnoDB;

-- Nothing of what is there already becomes unread.
insert into party (account, conversation, read_mid)
  select distinct account, conversation, (select coalesce(max(number), 0) from message) from (
    select sender as account, conversation from message where conversation > 0 and sender > 0
    union select receiver, conversation from message where conversation > 0 and receiver > 0
    union select account, conversation from receiver
    union select message.sender, receiver.conversation
      from receiver join message on message.number = receiver.message where message.sender > 0
  ) as conversations;

insert into party (account, conversation, read_mid)
  select number, 0, (select coalesce(max(number), 0) from message) from account where state <> 3;
