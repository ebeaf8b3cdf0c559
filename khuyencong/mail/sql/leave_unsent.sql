-- What the server did not take after a key stays, with its error; what another sender has in hand is left to that one.
update outbox.mail
set last_error = %(error)s, last_tried_at = %(tried_at)s, n_tries = n_tries + 1
where mail_key in (
        select mail_key
        from outbox.mail
        where sent_at is null and dropped_at is null and mail_key > %(after)s
        for update skip locked
    )
