-- What became of one mail: when it was sent, or the error with which the server refused it.
update outbox.mail
set sent_at = %(sent_at)s, last_error = %(error)s, last_tried_at = %(tried_at)s, n_tries = n_tries + 1
where mail_key = %(mail_key)s
