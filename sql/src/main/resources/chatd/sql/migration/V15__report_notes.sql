-- What moderators and administrators note about a report; it stays when the report is closed.
create table report_note (
  number bigint unsigned not null primary key comment 'that of the change',
  report bigint unsigned not null,
  time   datetime(6) not null,
  actor  varchar(64) character set utf8mb4 collate utf8mb4_nopad_bin not null comment 'a Unix user',
  text   varchar(1000) character set utf8mb4 collate utf8mb4_nopad_bin not null,
  key report_note_report (report, number),
  constraint report_note_of foreign key (report) references report (number)
) engine = InnoDB default charset = utf8mb4;
