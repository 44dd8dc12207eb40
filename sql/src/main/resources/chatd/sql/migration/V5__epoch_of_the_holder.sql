-- The fence: a process that takes the ledger over begins a new epoch, and one that finds another epoch than its own ends.
-- From here on messages and account changes are numbered together: the next number is above the highest of both.

alter table holder
  add column epoch bigint unsigned not null default 0 comment 'counts the processes that took the ledger over',
  add column seq bigint unsigned not null default 0 comment 'moved by each fenced transaction';
