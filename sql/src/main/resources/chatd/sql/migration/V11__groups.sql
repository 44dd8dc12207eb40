-- Groups; messages that are reported to the administrators; users who may not write for a time.

create table chat_group (
  number        int unsigned not null primary key,
  name          varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  topic         varchar(1000) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  whole_history boolean not null comment 'whether those who come see what was said before',
  is_open       boolean not null comment 'whether anybody may find and join it',
  closed        boolean not null,
  creator       int unsigned not null,
  created       datetime(6) not null,
  key chat_group_creator (creator, created)
) engine = InnoDB default charset = utf8mb4;

-- A stretch of time in which a user is, or was, in a group. Of the group's history it sees the messages from from_mid to
-- until_mid.
create table group_member (
  chat_group int unsigned not null,
  account    int unsigned not null,
  since      bigint unsigned not null comment 'the change by which it came',
  from_mid   bigint unsigned not null comment 'since, or 0',
  until_mid  bigint unsigned null comment 'the change by which it left; null: it is a member',
  role       tinyint unsigned not null comment '0 member, 1 admin, 2 owner',
  removed    boolean not null comment 'by somebody else',
  primary key (chat_group, account, since),
  key group_member_account (account)
) engine = InnoDB;

-- What is done to a group is in its history: each change has a row in the table message, too, without a sender, so that
-- it counts as nobody's text.
create table group_change (
  number        bigint unsigned not null primary key,
  chat_group    int unsigned not null,
  kind          tinyint unsigned not null,
  time          datetime(6) not null,
  actor         int unsigned not null comment '0 is the server',
  name          varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin not null comment 'of the group, from then on',
  account       int unsigned null comment 'whom it is about',
  next          int unsigned null comment 'who became owner by it',
  role          tinyint unsigned null,
  whole_history boolean null,
  is_open       boolean null,
  text          varchar(1000) character set utf8mb4 collate utf8mb4_nopad_bin null comment 'the former name, or the topic',
  key group_change_group (chat_group, number)
) engine = InnoDB default charset = utf8mb4;

-- The users whom a change has added.
create table group_change_account (
  number  bigint unsigned not null,
  account int unsigned not null,
  primary key (number, account)
) engine = InnoDB;

alter table message
  modify column sender int unsigned null comment '0 is the server; null: a change of a group';

alter table sent_once
  add column chat_group int unsigned null comment 'the group that was made';

alter table party
  add column until_mid bigint unsigned null comment 'the last message of a group that the user has left';

alter table number_floor
  add column chat_group bigint unsigned not null default 0;

alter table account
  add column muted_until datetime(6) null comment 'until then it may not write';

alter table account_change
  add column message bigint unsigned null comment 'the message that it concerns';

-- Messages that users have reported. What an open one is about is kept here as it was.
create table report (
  number    bigint unsigned not null primary key comment 'that of the change',
  message   bigint unsigned not null,
  account   int unsigned not null comment 'who reported it',
  reason    varchar(1000) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  time      datetime(6) not null,
  closed    datetime(6) null,
  closed_by varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin null comment 'a Unix user',
  text      mediumtext character set utf8mb4 collate utf8mb4_nopad_bin null comment 'null: a file, or closed',
  file_name varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin null,
  content   bigint unsigned null comment 'of the file',
  key report_account (account, closed),
  key report_content (content),
  key report_message (message),
  key report_closed (closed, number)
) engine = InnoDB default charset = utf8mb4;
