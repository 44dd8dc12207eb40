-- A message to one user, or to everyone, is one row: whoever gets it stands in it.

alter table message
  add column receiver int unsigned null comment '0 is everyone; null: the accounts in the table receiver' after sender;

update message join everyone_message on everyone_message.number = message.number
  set message.receiver = 0;

update message join receiver on receiver.message = message.number
  set message.receiver = receiver.account
  where message.audience = 1;

delete receiver from receiver join message on message.number = receiver.message
  where message.audience = 1;

alter table message
  drop column audience,
  add key message_receiver (receiver, number);

drop table everyone_message;

-- The accounts that a message to several went to.
alter table receiver
  drop key receiver_pair,
  drop column sender;
