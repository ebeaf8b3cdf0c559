create function review.guard_signature() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
    word record;
begin
    if tg_op <> 'INSERT' then
        raise insufficient_privilege using message = 'Signatures are kept as they were made.';
    end if;
    select
        decision.flag_id, decision.decided_by,
        array_agg(decision.figure_key) as figure_keys,
        array_agg(distinct decision.carried_by) as carriers,
        bool_and(decision.word_state = 'pending') as is_pending,
        bool_and(review.may_be_decided(
            decision.flag_id, decision.figure_key, decision.rule_id, decision.rule_terms_hash, decision.reported_value,
            decision.decision
        )) as is_same
    into word
    from review.decision_state as decision
    where decision.group_key = new.group_key
    group by decision.flag_id, decision.decided_by;
    if word is null or not exists (select 1 from review.signature_needed where signature_needed.group_key = new.group_key) then
        raise insufficient_privilege using message = 'There is no such word that waits for a signature.', constraint = 'nothing_to_sign';
    end if;
    perform review.check_speaker(new.signed_by, new.carried_from, word.flag_id, word.figure_keys);
    if new.signed_by = word.decided_by or new.signed_by = any(word.carriers) then
        raise insufficient_privilege using
            message = format('%s decided or recorded this word; somebody else signs it.', new.signed_by), constraint = 'own_word';
    end if;
    if not word.is_pending then
        raise insufficient_privilege using
            message = 'This word was signed, ended, or followed by a later one.', constraint = 'word_ended';
    end if;
    if not word.is_same then
        raise insufficient_privilege using
            message = format('Flag %s is no longer what was decided on.', word.flag_id), constraint = 'flag_changed';
    end if;
    new.carried_by := case when new.carried_from is not null then session_user end;
    new.recorded_at := clock_timestamp();
    return new;
end
$$;
create trigger guard_signature before insert or update or delete on review.signature
for each row execute function review.guard_signature();
create trigger guard_signatures before truncate on review.signature
for each statement execute function review.guard_signature();
