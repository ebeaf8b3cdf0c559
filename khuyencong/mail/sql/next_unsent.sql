-- The first mail after a key that nobody has sent or dropped and that no other sender has in hand; its row is locked.
select
    mail_key,
    dedup_key,
    kind,
    unit_key,
    recipient,
    subject,
    body,
    written_at
from outbox.mail
where sent_at is null and dropped_at is null and mail_key > %(after)s
order by mail_key
limit 1
for update skip locked
