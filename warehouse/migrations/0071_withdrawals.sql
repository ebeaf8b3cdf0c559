-- The desk takes a submission out: a row with who and why. What was decided is kept as it was decided, whoever connects.
create table review.withdrawal (
    withdrawal_key bigint generated always as identity primary key,
    submission_key bigint not null unique references raw.submission,
    was_in_force boolean not null default false,
    reason text not null check (btrim(reason) <> ''),
    withdrawn_by text not null default session_user,
    withdrawn_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table review.withdrawal is 'A submission that the desk took out. Append-only.';
comment on column review.withdrawal.was_in_force is
'It had come into force by then: no older submission of its identity returns. Otherwise what is in force stays.';
comment on column review.withdrawal.withdrawn_by is 'The database login.';

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
        select standing_history.submission_state in ('in_force', 'nil')
        from checks.standing_history
        where standing_history.submission_key = new.submission_key
        order by standing_history.run_key desc
        limit 1
    ), false);
    return new;
end
$$;

create trigger guard_withdrawal before insert or update or delete on review.withdrawal
for each row execute function review.guard_withdrawal();
create trigger guard_withdrawals before truncate on review.withdrawal
for each statement execute function review.guard_withdrawal();

grant select on review.withdrawal to transformer, reviewer;
grant insert (submission_key, reason, withdrawn_at) on review.withdrawal to reviewer;
