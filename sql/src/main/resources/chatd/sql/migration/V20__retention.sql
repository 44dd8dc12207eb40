-- How long messages are kept.

alter table chat_group
  add column retention smallint not null default -1 comment 'days for which its messages are kept; 0: for ever; -1: as configured';

alter table group_change
  add column retention smallint null comment 'as in chat_group, from then on';

-- Messages that were kept long enough, and are deleted: some at a time. Each time has a number among those of the messages.
create table expiry (
  number   bigint unsigned not null primary key,
  time     datetime(6) not null,
  messages int unsigned not null comment 'how many',
  ranges   mediumtext character set ascii collate ascii_bin not null comment 'no message in these is stored: 1-60 63'
) engine = InnoDB default charset = utf8mb4;

-- Whose messages are kept meanwhile, whatever their age.
create table hold (
  number    int unsigned not null auto_increment primary key,
  addressee bigint not null comment 'an account, or the negative number of a group',
  until     datetime(6) not null,
  reason    varchar(200) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  actor     varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin not null comment 'a Unix user',
  since     datetime(6) not null
) engine = InnoDB default charset = utf8mb4;

-- What was done about a message is deleted with it.
alter table amendment_reader
  add key amendment_reader_amendment (amendment);
