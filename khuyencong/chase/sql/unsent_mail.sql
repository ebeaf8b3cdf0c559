-- Mail that was tried and could not be sent, today's withdrawn ones included, by error: to whom, and since when.
select
    last_error,
    array_agg(distinct recipient order by recipient) as recipients,
    min(written_at) as written_first
from outbox.mail
where sent_at is null and last_error is not null and (dropped_at is null or dropped_at = %(as_of)s)
group by last_error
order by min(mail_key)
