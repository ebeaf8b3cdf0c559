-- What an earlier day's chase could not send is not sent any more.
update outbox.mail
set dropped_at = %(as_of)s
where sent_at is null and dropped_at is null and kind = any(%(kinds)s) and written_at::date < %(day)s
