-- Names of files as long as file systems take.

alter table file
  modify column name varchar(255) character set utf8mb4 collate utf8mb4_nopad_bin not null;

alter table report
  modify column file_name varchar(255) character set utf8mb4 collate utf8mb4_nopad_bin null;
