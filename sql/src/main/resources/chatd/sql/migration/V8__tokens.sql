-- With a token, a session goes on after its connection was lost, also over a restart of the daemon.

create table token (
  hash    binary(32) not null primary key comment 'SHA-256 of the token',
  account int unsigned not null,
  device  varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  quiet   boolean not null,
  key token_account (account, device)
) engine = InnoDB default charset = utf8mb4;
