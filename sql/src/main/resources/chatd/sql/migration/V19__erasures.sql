-- People who were erased, or are being erased: what they wrote, and their names.
create table erasure (
  account    int unsigned not null primary key,
  everywhere boolean not null comment 'also what others were sent',
  began      datetime(6) not null,
  ended      datetime(6) null comment 'null: not all of it is done',
  constraint erasure_of foreign key (account) references account (number)
) engine = InnoDB default charset = utf8mb4;
