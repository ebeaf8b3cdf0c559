create function review.sent_by(asked_login text, asked_submission bigint) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
    select exists (
        select 1
        from raw.submission
        inner join raw.receipt on submission.receipt_key = receipt.receipt_key
        left join review.login_unit on login_unit.login = asked_login
        where
            submission.submission_key = asked_submission
            and (
                receipt.sender = asked_login
                or receipt.sender = login_unit.sender
                or login_unit.unit_key in (submission.unit_key, receipt.claimed_unit_key)
            )
    )
$$;
comment on function review.sent_by is 'Whether a login sent a submission, or acts for the unit that sent it or that it is about.';
