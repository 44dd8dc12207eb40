-- When a user was online last: others see it if the user wants that.
alter table account
  add column tells_seen boolean not null default false comment 'whether others see when it was online last';

create table last_seen (
  account int unsigned not null primary key,
  time    datetime(6) not null,
  constraint last_seen_of foreign key (account) references account (number)
) engine = InnoDB default charset = utf8mb4;
