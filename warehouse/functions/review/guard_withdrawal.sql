create function review.guard_withdrawal() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if tg_op <> 'INSERT' then
        raise insufficient_privilege using message = 'Withdrawals are kept as they were made. To take one back, hand the file in again.';
    end if;
    if not pg_has_role(session_user, 'reviewer', 'member') then
        raise insufficient_privilege using message = format('%s is no reviewer; only reviewers take a submission out.', session_user);
    end if;
    if new.withdrawn_by <> session_user then
        raise insufficient_privilege using message = format('%s acts as %s and as nobody else.', session_user, session_user);
    end if;
    if review.sent_by(session_user, new.submission_key) then
        raise insufficient_privilege using message = format(
            '%s sent this submission; it is withdrawn by a report with its box "Rút báo cáo đã gửi" ticked.', session_user);
    end if;
    if (select submission.is_withdrawal from raw.submission where submission.submission_key = new.submission_key) then
        raise insufficient_privilege using message = 'This is itself a withdrawal, and nothing older returns.';
    end if;
    new.recorded_at := clock_timestamp();
    new.was_in_force := coalesce((
        select state.submission_state in ('in_force', 'nil')
        from checks.submission_state as state
        where state.submission_key = new.submission_key
    ), false);
    return new;
end
$$;
create trigger guard_withdrawal before insert or update or delete on review.withdrawal
for each row execute function review.guard_withdrawal();
create trigger guard_withdrawals before truncate on review.withdrawal
for each statement execute function review.guard_withdrawal();
