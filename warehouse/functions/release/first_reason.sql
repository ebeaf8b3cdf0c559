-- The first of several reasons in the order of the data contract.
create function release.first_reason(p_reasons text []) returns text
language sql immutable parallel safe as $$
    select known.reason
    from unnest(array[
        'register', 'calendar', 'rule', 'succession', 'decision', 'late', 'revision', 'arrival', 'held', 'cleared'
    ]) with ordinality as known (reason, position)
    where known.reason = any(p_reasons)
    order by known.position
    limit 1
$$;
