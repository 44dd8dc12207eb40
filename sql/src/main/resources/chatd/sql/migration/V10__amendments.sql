-- What becomes of messages: they are taken back, corrected, reacted to. Each of these has a number of its own, among those
-- of the messages.

-- Of a message that was taken back, only that it was there is kept. Its file keeps its number, which is not used again.
alter table message
  modify column salt binary(16) null comment 'null: taken back';

alter table file
  modify column content bigint unsigned null comment 'null: taken back';

create table amendment (
  number       bigint unsigned not null primary key,
  message      bigint unsigned not null comment 'what it is about',
  kind         tinyint unsigned not null comment '0 taken back, 1 corrected, 2 a reaction, 3 a reaction no longer',
  time         datetime(6) not null,
  sender       int unsigned not null comment 'who did it; 0 is an administrator',
  conversation bigint unsigned null comment 'of the message: 0 everyone; null: the accounts in amendment_reader',
  text         mediumtext character set utf8mb4 collate utf8mb4_nopad_bin null comment 'the new text, or what a reaction is; null: taken back',
  salt         binary(16) null,
  key amendment_message (message, number),
  key amendment_conversation (conversation, number)
) engine = InnoDB default charset = utf8mb4;

-- Who learns of an amendment, and in which conversation.
create table amendment_reader (
  account      int unsigned not null,
  amendment    bigint unsigned not null,
  conversation bigint unsigned not null,
  primary key (account, amendment, conversation),
  key amendment_reader_conversation (account, conversation, amendment)
) engine = InnoDB;

-- The reactions as they are now.
create table reaction (
  message   bigint unsigned not null,
  account   int unsigned not null,
  code      varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  amendment bigint unsigned not null,
  hidden    boolean not null comment 'from everybody else: the other of the pair had blocked the account',
  primary key (message, account, code),
  key reaction_code (message, code, amendment)
) engine = InnoDB default charset = utf8mb4;
