-- Backups that were made, for those who ask when the last was; and restorations, after each of which numbers begin above
-- all that may have been given before.

create table backup (
  number   bigint unsigned not null auto_increment primary key,
  time     datetime(6) not null comment 'when it ended',
  file     varchar(1000) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  position bigint unsigned null comment 'the last entry that it has; null: it failed',
  size     bigint unsigned null,
  sha256   binary(32) null comment 'of the file',
  failure  varchar(1000) character set utf8mb4 collate utf8mb4_nopad_bin null comment 'why it failed'
) engine = InnoDB default charset = utf8mb4;

create table restoration (
  begins        bigint unsigned not null primary key comment 'no entry up to this number is given again',
  position      bigint unsigned not null comment 'the last entry that the backup had',
  file          bigint unsigned not null comment 'no file up to this number, as begins; the others alike',
  account       bigint unsigned not null,
  chat_group    bigint unsigned not null,
  backup_time   datetime(6) not null comment 'when the backup was made',
  backup_sha256 binary(32) not null comment 'of the file of the backup',
  time          datetime(6) not null,
  logged        boolean not null comment 'whether the log says so'
) engine = InnoDB default charset = utf8mb4;
