-- What files are, told by their contents; how much each account stores.

alter table content
  add column media  varchar(32) character set ascii collate ascii_bin null comment 'media type; null: not told yet',
  add column width  int unsigned null comment 'in pixels; null: no picture',
  add column height int unsigned null;

alter table file
  add column picture boolean not null default false comment 'sent to be shown in place';

alter table account
  add column quota bigint unsigned null comment 'bytes that its files may have; null: as configured';

-- What the files have together that an account has sent, and that were not taken back.
create table account_storage (
  account int unsigned not null primary key,
  files   bigint unsigned not null,
  bytes   bigint unsigned not null
) engine = InnoDB;

insert into account_storage (account, files, bytes)
  select message.sender, count(*), sum(file.size)
  from file join message on message.number = file.message and message.file = file.number
  where file.content is not null and message.sender is not null
  group by message.sender;
