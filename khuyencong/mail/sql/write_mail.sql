-- A mail into the outbox, once for its reason: its mail_key, or no row when there is one for the reason already.
insert into outbox.mail (dedup_key, kind, unit_key, recipient, subject, body, written_at)
values (%(dedup_key)s, %(kind)s, %(unit_key)s, %(recipient)s, %(subject)s, %(body)s, %(written_at)s)
on conflict (dedup_key) do nothing
returning mail_key
