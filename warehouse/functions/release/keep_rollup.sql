-- Fill release.rollup_row anew from the newest release, with the register that a run read. Returns the number of its rows.
create function release.keep_rollup(p_run bigint) returns bigint
language plpgsql as $$
declare
    n_rows bigint;
begin
    truncate release.rollup_row;
    insert into release.rollup_row
    with
    newest as (select max(release_number) as release_number from release.release),
    ended as (
        select distinct c.period_end from release.open_contribution as c where c.measure <> 'plan'
    ),
    -- a final period is read from the release at which it was signed
    period as (
        select e.period_end, f.release_number is not null as is_final,
            coalesce(f.release_number, n.release_number) as release_number
        from ended as e
        cross join newest as n
        cross join lateral (
            select release.final_release(register.budget_year_of(e.period_end), e.period_end, null) as release_number
        ) as f
    ),
    spans as materialized (
        select p.release_number, array_agg(p.period_end order by p.period_end) as ends,
            array_agg(register.year_start(register.budget_year_of(p.period_end)) order by p.period_end) as starts,
            array_agg(p.is_final order by p.period_end) as finals,
            -- what is open is read with tonight's register, what is final with that of its release
            case when p.release_number = n.release_number then p_run end as run_key
        from period as p cross join newest as n
        group by p.release_number, n.release_number
    )
    select r.level, r.unit_key, s.ends[r.span], r.budget_year, r.fund_code, r.activity_code, r.indicator_code, r.measure,
        r.is_additive, r.accepted, r.disputed, r.disputed_low, r.disputed_high, r.missing_low, r.missing_high, r.at_least,
        r.at_most, r.n_owed, r.n_reported, r.n_accepted, r.n_disputed, r.n_missing, r.n_returned, r.n_nil, r.n_estimated,
        r.n_under_review, r.n_unbounded, r.status, r.plan_indicator_code, r.plan_value, r.plan_pct, r.prior_value,
        r.same_units_value, r.n_same_units, r.growth_pct, r.coverage_count_pct, r.coverage_plan_pct, r.ratio_mark,
        s.release_number, s.finals[r.span]
    from spans as s
    cross join lateral release.rollup_spans(
        s.release_number, s.starts, s.ends, array_fill(null::date, array[cardinality(s.ends)]), null, null, null,
        array['unit', 'region', 'nation'], array[]::text [], s.run_key
    ) as r;
    get diagnostics n_rows = row_count;
    -- what is read in the same transaction would be planned for a few rows
    analyze release.rollup_row;
    return n_rows;
end
$$;
comment on function release.keep_rollup is 'Fill release.rollup_row from the newest release.';
