-- The release at which a period is final, as known at a moment (null: now); null when it is open.
create function release.final_release(p_budget_year integer, p_period_end date, p_known_at timestamptz)
returns bigint
language sql stable as $$
    select case when f.act = 'finalise' then f.release_number end
    from review.final as f
    where f.budget_year = p_budget_year and f.period_end = p_period_end
        and (p_known_at is null or f.decided_at <= p_known_at)
    order by f.final_key desc
    limit 1
$$;
comment on function release.final_release is 'The release at which a period is final; null when it is open.';
