-- Where the roll-up of the open release contradicts the contributions or itself, one row a contradiction; none, or it is our fault.
create function release.rollup_faults()
returns table (identity_name text, as_at date, fund_code text, indicator_code text, expected numeric, found numeric)
language plpgsql stable set enable_nestloop = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
    return query
    with
    rolled as (select r.* from release.rollup_row as r where r.is_additive),
    period as materialized (
        select distinct r.as_at, register.budget_year_of(r.as_at) as budget_year, r.release_number
        from release.rollup_row as r
    ),
    indicators as materialized (select i.* from register.indicators as i where i.aggregation = 'sum'),
    contribution as materialized (
        select p.as_at, c.unit_key, c.fund_code, c.activity_code, c.indicator_code, c.measure, c.state, c.value, c.low
        from period as p
        inner join lateral release.visible_contributions(p.release_number) as c
            on p.as_at = c.period_end and p.budget_year = c.budget_year
        inner join indicators as i on c.indicator_code = i.indicator_code
        -- what was done in a part of the year is in a roll-up of that part alone
        where c.measure <> 'plan' and (c.measure <> 'in_period' or c.period_start = register.year_start(c.budget_year))
        union all
        select p.as_at, c.unit_key, c.fund_code, c.activity_code, c.indicator_code, c.measure, c.state, c.value, c.low
        from period as p
        inner join lateral release.visible_contributions(p.release_number) as c
            on p.budget_year = c.budget_year and c.effective_from <= p.as_at and coalesce(c.effective_to > p.as_at, true)
        inner join indicators as i on c.indicator_code = i.indicator_code
        where c.measure = 'plan'
    ),
    -- the nation is the sum of the contributions
    contributed as (
        select c.as_at, c.fund_code, c.indicator_code, c.measure,
            coalesce(sum(c.value) filter (where c.state in ('accepted', 'carried')), 0) as accepted,
            coalesce(sum(c.value) filter (where c.state = 'disputed'), 0) as disputed,
            coalesce(sum(c.low) filter (where c.state in ('disputed', 'missing')), 0) as lows
        from contribution as c
        group by c.as_at, c.fund_code, c.indicator_code, c.measure
    ),
    nation as (
        select r.as_at, r.fund_code, r.indicator_code, r.measure, sum(r.accepted) as accepted, sum(r.disputed) as disputed,
            sum(r.disputed_low + r.missing_low) as lows, sum(r.plan_value) as plan_value
        from rolled as r
        where r.level = 'nation'
        group by r.as_at, r.fund_code, r.indicator_code, r.measure
    ),
    -- units, regions and the nation say the same, row by row
    level_row as materialized (
        select r.level, r.as_at, r.fund_code, r.activity_code, r.indicator_code, r.measure,
            array[
                sum(r.accepted), sum(r.disputed), sum(r.at_least), sum(r.at_most), coalesce(sum(r.plan_value), 0),
                coalesce(sum(r.prior_value), 0), coalesce(sum(r.same_units_value), 0), sum(r.n_same_units)
            ] as sums,
            sum(r.n_owed) as n_owed, sum(r.n_unbounded) as n_unbounded
        from rolled as r
        group by r.level, r.as_at, r.fund_code, r.activity_code, r.indicator_code, r.measure
    ),
    -- every plan of a unit that stands in the rows of an indicator is there once
    answering as materialized (
        select e.ends[n.span] as as_at, n.unit_key, n.answering_key
        from (select array_agg(distinct p.as_at order by p.as_at) as ends from period as p) as e
        cross join lateral release.answering_units(e.ends) as n
    ),
    money_stage as (
        select s.indicator_code, s.fund_code, b.indicator_code as plan_indicator_code
        from register.indicator_sources as s
        inner join (
            select x.fund_code, min(x.indicator_code) as indicator_code from register.indicator_sources as x
            where x.fact = 'fct_budget' group by x.fund_code
        ) as b on s.fund_code = b.fund_code
        where s.fact = 'fct_disbursement'
    ),
    standing as (
        select distinct r.as_at, r.unit_key, r.fund_code, r.activity_code, r.indicator_code
        from rolled as r
        where r.level = 'unit' and r.measure = 'ytd'
    ),
    planned as (
        select c.as_at, c.unit_key, n.answering_key, c.fund_code, c.activity_code, c.indicator_code, sum(c.value) as value
        from contribution as c
        inner join answering as n on c.as_at = n.as_at and c.unit_key = n.unit_key
        where c.measure = 'plan' and c.state in ('accepted', 'carried')
        group by c.as_at, c.unit_key, n.answering_key, c.fund_code, c.activity_code, c.indicator_code
    ),
    plan as (
        select p.as_at, p.fund_code, m.indicator_code, sum(p.value) as plan_value
        from planned as p
        inner join money_stage as m on p.fund_code = m.fund_code and p.indicator_code = m.plan_indicator_code
        left join standing as a
            on p.as_at = a.as_at and p.answering_key = a.unit_key and p.fund_code = a.fund_code
            and p.activity_code = a.activity_code and m.indicator_code = a.indicator_code
        left join standing as o
            on p.as_at = o.as_at and p.unit_key = o.unit_key and p.fund_code = o.fund_code
            and p.activity_code = o.activity_code and m.indicator_code = o.indicator_code
        where a.unit_key is not null or o.unit_key is not null
        group by p.as_at, p.fund_code, m.indicator_code
    )
    select 'accepted of the nation is not the sum of the contributions', coalesce(c.as_at, n.as_at),
        coalesce(c.fund_code, n.fund_code), coalesce(c.indicator_code, n.indicator_code), c.accepted, n.accepted
    from contributed as c
    full join nation as n
        on c.as_at = n.as_at and c.fund_code = n.fund_code and c.indicator_code = n.indicator_code and c.measure = n.measure
    where c.accepted is distinct from n.accepted and not (c.as_at is null and n.accepted = 0)
    union all
    select 'disputed of the nation is not the sum of the contributions', c.as_at, c.fund_code, c.indicator_code,
        c.disputed, n.disputed
    from contributed as c
    inner join nation as n
        on c.as_at = n.as_at and c.fund_code = n.fund_code and c.indicator_code = n.indicator_code and c.measure = n.measure
    where c.disputed <> n.disputed
    union all
    select 'the least of the nation''s open figures is not that of the contributions', c.as_at, c.fund_code, c.indicator_code,
        c.lows, n.lows
    from contributed as c
    inner join nation as n
        on c.as_at = n.as_at and c.fund_code = n.fund_code and c.indicator_code = n.indicator_code and c.measure = n.measure
    where c.lows <> n.lows
    union all
    select names.name || ' of the ' || of_level.level || 's does not add up to the nation''s', n.as_at, n.fund_code,
        n.indicator_code, n.sums[names.position], coalesce(part.sums[names.position], 0)
    from (select x.* from level_row as x where x.level = 'nation') as n
    cross join (values ('unit'), ('region')) as of_level (level)
    left join level_row as part
        on of_level.level = part.level and n.as_at = part.as_at and n.fund_code = part.fund_code
        and n.activity_code = part.activity_code and n.indicator_code = part.indicator_code and n.measure = part.measure
    cross join unnest(array[
        'accepted', 'disputed', 'at_least', 'at_most', 'plan_value', 'prior_value', 'same_units_value', 'n_same_units'
    ]) with ordinality as names (name, position)
    where n.sums is distinct from part.sums and n.sums[names.position] is distinct from part.sums[names.position]
    union all
    -- a unit owes once: never more in the parts than in the whole, which also counts those whose reports say 0
    select 'more units owe in the ' || part.level || 's than in the nation', n.as_at, n.fund_code, n.indicator_code, n.n_owed,
        part.n_owed
    from level_row as n
    inner join level_row as part
        on part.level <> 'nation' and n.as_at = part.as_at and n.fund_code = part.fund_code
        and n.activity_code = part.activity_code and n.indicator_code = part.indicator_code and n.measure = part.measure
    where n.level = 'nation' and part.n_owed > n.n_owed
    union all
    select 'the plan beside a figure is not the plan decided', coalesce(p.as_at, n.as_at), coalesce(p.fund_code, n.fund_code),
        coalesce(p.indicator_code, n.indicator_code), p.plan_value, n.plan_value
    from plan as p
    full join (select x.* from nation as x where x.measure = 'ytd' and x.plan_value is not null) as n
        on p.as_at = n.as_at and p.fund_code = n.fund_code and p.indicator_code = n.indicator_code
    where coalesce(p.plan_value, 0) <> coalesce(n.plan_value, 0)
        and coalesce(n.indicator_code, p.indicator_code) in (select m.indicator_code from money_stage as m)
    union all
    select 'the units of a row are not those that owe', r.as_at, r.fund_code, r.indicator_code, r.n_owed,
        r.n_accepted + r.n_disputed + r.n_missing
    from rolled as r
    where r.n_owed <> r.n_accepted + r.n_disputed + r.n_missing or least(r.n_accepted, r.n_disputed, r.n_missing) < 0
        or r.n_returned > r.n_missing
    union all
    select 'a map does not hold the whole of ' || m.unit_key, p.as_at, '', '', 1, sum(m.share_to - m.share_from)
    from (select distinct x.as_at from period as x) as p
    -- the maps of before and after each change of territory in the years that are shown
    cross join (
        select null::date as geography
        union
        select d.geography
        from register.succession_step(release.register_table(null, 'successions')) as s
        cross join lateral (values (s.effective_date - 1), (s.effective_date)) as d (geography)
        where s.effective_date between (select min(x.as_at) from period as x)
            and (select max(x.as_at) from period as x)
    ) as g
    cross join lateral release.unit_map(g.geography, p.as_at) as m
    group by p.as_at, g.geography, m.unit_key
    having sum(m.share_to - m.share_from) <> 1;
end
$$;
comment on function release.rollup_faults is 'Where the roll-up of the open release contradicts the contributions or itself.';
