create function review.guard_decision() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if tg_op <> 'INSERT' then
        raise insufficient_privilege using message = 'Decisions are kept as they were made; a new one takes the place of an old one.';
    end if;
    perform review.check_speaker(new.decided_by, new.carried_from, new.flag_id, array[new.figure_key]);
    if new.carried_from is not null and not review.may_be_decided(
        new.flag_id, new.figure_key, new.rule_id, new.rule_terms_hash, new.reported_value, new.decision
    ) then
        raise insufficient_privilege using
            message = format('Flag %s is no longer what was shown.', new.flag_id), constraint = 'flag_changed';
    end if;
    new.carried_by := case when new.carried_from is not null then session_user end;
    new.recorded_at := clock_timestamp();
    new.group_key := coalesce(
        (
            select word.group_key
            from review.decision as word
            where
                (word.flag_id, word.decided_by, word.decision) = (new.flag_id, new.decided_by, new.decision)
                and word.recorded_at >= transaction_timestamp()
            limit 1
        ),
        new.decision_key
    );
    new.submission_key := coalesce(
        (
            select flag_figure.submission_key
            from checks.flag_figure
            inner join checks.flag on flag_figure.flag_id = flag.flag_id
            where (flag_figure.flag_id, flag_figure.figure_key, flag_figure.rule_id) = (new.flag_id, new.figure_key, new.rule_id)
            order by flag_figure.submission_key <> flag.submission_key, flag_figure.submission_key desc
            limit 1
        ),
        (
            select (cell ->> 'submission_key')::bigint
            from checks.flag cross join jsonb_array_elements(flag.alternatives -> 0 -> 'cells') as cell
            where flag.flag_id = new.flag_id and cell ->> 'figure_key' = new.figure_key
            limit 1
        )
    );
    return new;
end
$$;
create trigger guard_decision before insert or update or delete on review.decision
for each row execute function review.guard_decision();
create trigger guard_decisions before truncate on review.decision
for each statement execute function review.guard_decision();
