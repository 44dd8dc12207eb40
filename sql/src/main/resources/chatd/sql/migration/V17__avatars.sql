-- The pictures of users and groups.
create table avatar (
  addressee bigint not null primary key comment 'an account, or the negative number of a group',
  sha256  binary(32) not null comment 'of the picture',
  picture mediumblob not null comment 'at most 64 KiB',
  key avatar_sha256 (sha256)
) engine = InnoDB default charset = utf8mb4;
