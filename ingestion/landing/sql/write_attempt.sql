-- One pull of a source.
insert into raw.source_attempt (
    source_code,
    transport,
    unit_key,
    run_key,
    attempted_at,
    outcome,
    trouble_code,
    n_tries,
    n_seen,
    n_new,
    n_waiting,
    n_failed,
    sentence_vi,
    sentence_en
)
values (
    %(source_code)s,
    %(transport)s,
    %(unit_key)s,
    %(run_key)s,
    %(attempted_at)s,
    %(outcome)s,
    %(trouble_code)s,
    %(n_tries)s,
    %(n_seen)s,
    %(n_new)s,
    %(n_waiting)s,
    %(n_failed)s,
    %(sentence_vi)s,
    %(sentence_en)s
)
returning attempt_key
