-- Mail that lies in the outbox, neither sent nor dropped.
select
    kind,
    unit_key,
    recipient,
    written_at,
    n_tries,
    last_tried_at,
    last_error
from outbox.mail
where sent_at is null and dropped_at is null
order by mail_key
