-- A word that moves a national row too far waits for a second name. What was said about the flag without one, and counts, is taken
-- together with it: a word in pieces is one word.
create function review.ask_for_signature() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
    word record;
    unsigned_keys bigint [];
    others jsonb;
    limit_pct numeric;
begin
    -- before the first night there is no figure to move
    if to_regclass('staging.stg_figure') is null or to_regclass('checks.chk_verdict_figure') is null
        or to_regclass('register.parameters') is null
    then
        return null;
    end if;
    select parameter_value into limit_pct from register.parameters where parameter_code = 'sign_share_pct';
    for word in select distinct flag_id, group_key from recorded loop
        unsigned_keys := array(
            select decision_key from review.decision_state
            where flag_id = word.flag_id and word_state = 'counts' and signed_by is null
        );
        others := review.words_that_count(word.flag_id, unsigned_keys);
        insert into review.signature_needed (
            group_key, budget_year, period_end, fund_code, indicator_code, measure, accepted_before, accepted_after, share_pct,
            limit_pct
        )
        select word.group_key, moves.budget_year, moves.period_end, moves.fund_code, moves.indicator_code, moves.measure,
            moves.accepted_before, moves.accepted_after, moves.share_pct, coalesce(limit_pct, 0)
        from review.effect_of(word.flag_id, others, others || (
            select coalesce(jsonb_agg(jsonb_build_object(
                'figure_key', figure_key, 'rule_id', rule_id, 'decision', decision, 'corrected_value', corrected_value
            ) order by decided_at, decision_key), '[]')
            from review.decision_state where decision_key = any(unsigned_keys)
        )) as moves
        where moves.share_pct is null or moves.share_pct > coalesce(limit_pct, 0)
        order by moves.share_pct desc nulls first
        limit 1
        on conflict do nothing;
    end loop;
    return null;
end
$$;
create trigger ask_for_signature after insert on review.decision
referencing new table as recorded
for each statement execute function review.ask_for_signature();
