-- A page also asks for the signature under a word that waits for one.
alter table review.request add column asks text not null default 'flag' check (asks in ('flag', 'signature'));
comment on column review.request.asks is 'flag: what is to become of it; signature: a second name under a word that waits.';

-- What was said after the page asked is told by the order of the words: the clock of a page may be another than the server's.
alter table review.request add column newest_decision_key bigint;
comment on column review.request.newest_decision_key is 'The last decision that there was when the question was asked; 0 for none.';

create or replace function review.guard_request() returns trigger
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
