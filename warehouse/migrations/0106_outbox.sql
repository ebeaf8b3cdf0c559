-- Mail is a row before it is sent. A schema of its own, because the rows hold addresses: who may read releases need not see them.
create table outbox.mail (
    mail_key bigint generated always as identity primary key,
    dedup_key text not null unique,
    kind text not null check (kind in ('reminder', 'overdue', 'escalation', 'digest', 'failed_night', 'stale_night')),
    unit_key text,
    recipient text not null,
    subject text not null,
    body text not null,
    written_at timestamptz not null,
    sent_at timestamptz,
    dropped_at timestamptz,
    last_tried_at timestamptz,
    last_error text,
    n_tries integer not null default 0
);
create index mail_unsent on outbox.mail (mail_key) where sent_at is null and dropped_at is null;
comment on table outbox.mail is 'One mail to one address. It is sent once; what cannot be sent now stays and is tried by the next sender.';
comment on column outbox.mail.dedup_key is 'The reason for the mail: the same reason writes no second one.';
comment on column outbox.mail.unit_key is 'The unit that the mail speaks to or about; null for the desk''s own.';
comment on column outbox.mail.dropped_at is 'Not sent on its day, so the next chase wrote anew what is still owed: this one is not sent any more.';
comment on column outbox.mail.last_error is 'Why the last try failed, in the words of the server or of the settings.';

create table outbox.notice (
    mail_key bigint not null references outbox.mail,
    unit_key text not null,
    form_code text not null,
    period_end date not null,
    due_date date not null,
    stage text not null check (stage in ('before', 'overdue', 'escalated')),
    responsible_unit_key text not null,
    noticed_on date not null,
    primary key (mail_key, unit_key, form_code, period_end)
);
create index notice_report on outbox.notice (unit_key, form_code, period_end);
comment on table outbox.notice is 'One report that a mail asked for.';
comment on column outbox.notice.stage is 'before: before its due date; overdue: after it; escalated: to the superior office.';
