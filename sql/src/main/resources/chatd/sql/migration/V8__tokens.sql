-- With a token, a session goes on after its connection was lost, also over a restart of the daemon.

create table token (
  hash    binary(32) not null primary key comment 'SHA-256 of the token',
  account int unsigned not null,
  device  varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  quiet   boolean not null,
  key token_account (account, device)
) engine = InnoDB default charset = utf8mb4;

-- Devices that log in with a key, which is good once, in place of the password.
create table remembered (
  account int unsigned not null,
  device  varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  chain   binary(16) not null comment 'names the device in its keys',
  newest  binary(32) not null comment 'SHA-256 of the last key',
  earlier binary(32) null comment 'of the one before, as long as the last was not used',
  since   datetime(6) not null,
  used    datetime(6) not null,
  address varchar(45) character set ascii collate ascii_bin not null,
  primary key (account, device),
  unique key remembered_chain (chain)
) engine = InnoDB default charset = utf8mb4;
