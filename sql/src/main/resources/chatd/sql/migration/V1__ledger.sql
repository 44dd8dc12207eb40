-- Accounts, the ledger of messages, files. Times are UTC.

create table account (
  number         int unsigned not null primary key,
  name           varchar(32) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  password_hash  varchar(255) character set ascii collate ascii_bin not null comment 'Argon2id, PHC form',
  must_change    boolean not null,
  state          tinyint unsigned not null comment '0 active, 1 disabled, 2 locked, 3 deleted',
  everyone_after bigint unsigned not null comment 'of what goes to everyone, messages above this number are its own',
  created        datetime(6) not null,
  last_login     datetime(6) null,
  last_address   varchar(45) character set ascii collate ascii_bin null,
  last_port      smallint unsigned null,
  unique key account_name (name)
) engine = InnoDB default charset = utf8mb4;

-- Every name that an account ever had: none is given to another.
create table account_name (
  name    varchar(32) character set utf8mb4 collate utf8mb4_nopad_bin not null primary key,
  account int unsigned not null,
  since   datetime(6) not null,
  constraint account_name_account foreign key (account) references account (number)
) engine = InnoDB default charset = utf8mb4;

create table account_settings (
  account  int unsigned not null primary key,
  document mediumblob not null,
  constraint account_settings_account foreign key (account) references account (number)
) engine = InnoDB;

-- The networks that an account has logged in from: others can't slow it down there.
create table account_network (
  account    int unsigned not null,
  network    varchar(64) character set ascii collate ascii_bin not null,
  last_login datetime(6) not null,
  primary key (account, network),
  constraint account_network_account foreign key (account) references account (number)
) engine = InnoDB;

-- What happened to accounts, numbered in the transaction that did it, so that the log can catch up.
create table account_change (
  number  bigint unsigned not null primary key,
  account int unsigned not null,
  name    varchar(32) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  kind    tinyint unsigned not null,
  time    datetime(6) not null,
  actor   varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin null comment 'a Unix user',
  session varchar(20) character set ascii collate ascii_bin null,
  dialect varchar(20) character set ascii collate ascii_bin null,
  address varchar(45) character set ascii collate ascii_bin null,
  port    smallint unsigned null,
  size    int unsigned null,
  constraint account_change_account foreign key (account) references account (number)
) engine = InnoDB default charset = utf8mb4;

-- One ledger for everybody. Rows are only ever added, in the order of their numbers, by one writer; no foreign keys
-- here, since accounts are never removed.
create table message (
  number   bigint unsigned not null primary key,
  time     datetime(6) not null,
  sender   int unsigned not null comment '0 is the server',
  audience tinyint unsigned not null comment '0 everyone, 1 one, 2 several',
  text     mediumtext character set utf8mb4 collate utf8mb4_nopad_bin null,
  file     int unsigned null,
  salt     binary(16) not null,
  key message_sender (sender, number)
) engine = InnoDB default charset = utf8mb4;

create table everyone_message (
  number bigint unsigned not null primary key
) engine = InnoDB;

create table receiver (
  message bigint unsigned not null,
  account int unsigned not null,
  sender  int unsigned not null,
  primary key (message, account),
  key receiver_account (account, message),
  key receiver_pair (account, sender, message)
) engine = InnoDB;

-- A content is stored once, however often it was sent; one without a digest is still being uploaded, or was given up.
create table content (
  number  bigint unsigned not null auto_increment primary key,
  digest  binary(32) null comment 'SHA-256',
  size    bigint unsigned not null,
  created datetime(6) not null,
  unique key content_digest (digest)
) engine = InnoDB;

create table content_chunk (
  content  bigint unsigned not null,
  position int unsigned not null,
  bytes    mediumblob not null,
  primary key (content, position),
  constraint content_chunk_content foreign key (content) references content (number) on delete cascade
) engine = InnoDB;

create table file (
  number  int unsigned not null primary key,
  message bigint unsigned not null,
  name    varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  content bigint unsigned not null,
  size    bigint unsigned not null,
  constraint file_content foreign key (content) references content (number)
) engine = InnoDB default charset = utf8mb4;

-- Which process writes here; held by a lock, this row only says who.
create table holder (
  id      tinyint unsigned not null primary key,
  host    varchar(255) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  pid     bigint unsigned not null,
  started datetime(6) not null
) engine = InnoDB default charset = utf8mb4;
