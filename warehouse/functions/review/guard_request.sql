create function review.guard_request() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    if tg_op in ('DELETE', 'TRUNCATE') then
        raise insufficient_privilege using message = 'Requests are kept as they were made.';
    end if;
    if tg_op = 'INSERT' and new.closed_at is not null then
        raise insufficient_privilege using message = 'A request begins open.';
    end if;
    if tg_op = 'INSERT' then
        new.newest_decision_key := (select coalesce(max(decision.decision_key), 0) from review.decision);
    end if;
    if tg_op = 'UPDATE' then
        if old.closed_at is not null then
            raise insufficient_privilege using message = 'A closed request stays as it was closed.';
        end if;
        if (new.asked_from, new.run_key, new.period_end, new.place, new.flag_id, new.queue_rank, new.shown, new.evidence_hash,
            new.asked_at, new.answer_until, new.asks, new.newest_decision_key)
            is distinct from (old.asked_from, old.run_key, old.period_end, old.place, old.flag_id, old.queue_rank, old.shown,
            old.evidence_hash, old.asked_at, old.answer_until, old.asks, old.newest_decision_key)
        then
            raise insufficient_privilege using message = 'What was asked stays as it was asked.';
        end if;
    end if;
    return new;
end
$$;
create trigger guard_request before insert or update or delete on review.request
for each row execute function review.guard_request();
create trigger guard_requests before truncate on review.request
for each statement execute function review.guard_request();
