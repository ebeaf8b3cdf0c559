create function review.guard_revocation() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
    word record;
begin
    if tg_op <> 'INSERT' then
        raise insufficient_privilege using message = 'Revocations are kept as they were made.';
    end if;
    select decision.flag_id, decision.figure_key, decision.word_state into word
    from review.decision_state as decision
    where decision.decision_key = new.decision_key;
    if word is null then
        raise insufficient_privilege using message = 'There is no such decision.', constraint = 'nothing_to_revoke';
    end if;
    perform review.check_speaker(new.revoked_by, new.carried_from, word.flag_id, array[word.figure_key], true);
    if word.word_state not in ('counts', 'pending') then
        raise insufficient_privilege using message = 'This decision has ended already.', constraint = 'word_ended';
    end if;
    new.carried_by := case when new.carried_from is not null then session_user end;
    new.recorded_at := clock_timestamp();
    return new;
end
$$;
create trigger guard_revocation before insert or update or delete on review.revocation
for each row execute function review.guard_revocation();
create trigger guard_revocations before truncate on review.revocation
for each statement execute function review.guard_revocation();
