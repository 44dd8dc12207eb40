-- What the log has numbered, where the database was found to be older than the log (it was restored): one row at most.
-- No number up to these is given again.

create table number_floor (
  id             tinyint unsigned not null primary key,
  message        bigint unsigned not null,
  account_change bigint unsigned not null,
  file           int unsigned not null,
  account        int unsigned not null
) engine = InnoDB;
