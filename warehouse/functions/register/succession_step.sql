-- What rows of successions.csv say, a step a row: who took over from whom on which day, and which part. A whole merger hands
-- everything on; a partial transfer the share that its row decides, and without one the part is not known (null).
-- Rows as JSON: as a run read them (release.register_table), as they stand, or as somebody proposes them.
create function register.succession_step(successions jsonb)
returns table (predecessor_key text, successor_key text, effective_date date, is_whole boolean, part numeric)
language sql stable parallel safe as $$
    select s.predecessor_key, s.successor_key, s.effective_date, s.succession_kind = 'whole',
        case when s.succession_kind = 'whole' then 1 else s.share end
    from jsonb_to_recordset(successions) as s (
        predecessor_key text, successor_key text, effective_date date, succession_kind text, share numeric
    )
$$;
comment on function register.succession_step is 'Who took over from whom on which day, and which part, by rows of successions.csv.';
