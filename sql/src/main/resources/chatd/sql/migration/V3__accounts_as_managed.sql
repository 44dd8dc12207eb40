-- What administrators say of accounts, and what they did to them.

alter table account
  add column note varchar(200) character set utf8mb4 collate utf8mb4_nopad_bin not null default '' comment 'users never see it',
  add column everyone boolean not null default false comment 'may write to all, where not everyone may',
  add column password_ends datetime(6) null comment 'of a one-time password; null: never';

alter table account_change
  add column was varchar(32) character set utf8mb4 collate utf8mb4_nopad_bin null comment 'the name before it was changed';
