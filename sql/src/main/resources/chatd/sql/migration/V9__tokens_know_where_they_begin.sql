-- A session that is resumed is sent what came since it began, also if its client has seen nothing yet.
alter table token
  add column begins bigint unsigned not null default 0 comment 'number of the last message before the session';
