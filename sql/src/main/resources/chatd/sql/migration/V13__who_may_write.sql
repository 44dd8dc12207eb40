-- Who may write to a user.

alter table account
  add column may_write tinyint unsigned not null default 0 comment 'texts and files; as may_call';
