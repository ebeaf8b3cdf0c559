-- Who was asked how often. Two addresses of one office on one day are one notice; what was never sent is none.
create view outbox.chased as
select
    notice.unit_key,
    notice.form_code,
    notice.period_end,
    count(distinct notice.noticed_on) filter (where notice.stage = 'before') as n_reminders,
    count(distinct notice.noticed_on) filter (where notice.stage = 'overdue') as n_overdue_notices,
    count(distinct notice.noticed_on) filter (where notice.stage = 'escalated') as n_escalations,
    min(notice.noticed_on) as first_noticed_on,
    max(notice.noticed_on) as last_noticed_on
from outbox.notice as notice
inner join outbox.mail as mail on notice.mail_key = mail.mail_key
where mail.sent_at is not null
group by notice.unit_key, notice.form_code, notice.period_end;
comment on view outbox.chased is 'How often each report was asked for by mail that was sent. No addresses.';

grant select on outbox.chased to loader, transformer, reviewer;
