-- Who put a name under a decision on a flag of a period does not sign off the period.
create function review.refuse_signer() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if new.act = 'finalise' and exists (
        select 1
        from review.signature
        inner join review.decision on signature.group_key = decision.group_key
        inner join checks.flag on decision.flag_id = flag.flag_id
        where signature.signed_by = session_user and flag.period_end = new.period_end
    ) then
        raise exception '% signed a decision on a flag of period %; somebody else signs it.',
            session_user, to_char(new.period_end, 'YYYY-MM');
    end if;
    return new;
end
$$;
create trigger refuse_signer before insert on review.final for each row execute function review.refuse_signer();
