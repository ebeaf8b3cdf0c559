-- The bridge between two releases: what every figure of a roll-up gained and lost, one row a change, with its reason. Sums
-- are what was opened less what was closed; establishments are counted once, so for them it is their coming and going; a span
-- not from the year's begin is taken release by release, because it holds only where both its ends do. Each way the changes of a
-- figure add up to its difference.
-- Each release is placed by the register that it read: a unit that an edited register moves to another region takes its figures
-- with it, for the reason `register`.
-- The planner takes what CTEs return for a few rows each; joined by loops, the bridge of a night with twenty thousand changes
-- takes minutes, by hashes a second.
create function release.bridge_changes(p_a bigint, p_b bigint, p_starts date [], p_ends date [], p_level text)
returns table (
    span integer, release_number bigint, reason text, cause_reference text, contribution_key bigint, group_key text,
    unit_key text, budget_year integer, fund_code text, activity_code text, indicator_code text, measure text,
    project_key text, establishment_key text, accepted numeric, disputed numeric, disputed_low numeric,
    disputed_high numeric, missing_low numeric, missing_high numeric, dimension_key text
)
language plpgsql stable set enable_nestloop = off as $$
#variable_conflict use_column
declare
    step bigint;
    spans_starts date [];
    spans_ends date [];
    v_run bigint := release.run_of(p_b);
    v_nation text := register.nation_key();
begin
    return query
    with
    indicators as materialized (
        select t.* from jsonb_populate_recordset(null::register.indicators, release.register_table(v_run, 'indicators')) as t
    ),
    asked as materialized (
        select a.span::integer, a.period_end, register.budget_year_of(a.period_end) as budget_year,
            register.month_of_year(a.period_start) > 1 as is_span
        from unnest(p_starts, p_ends) with ordinality as a (period_start, period_end, span)
    ),
    -- the register of places as each release read it; mostly one for all of them
    version as materialized (
        select n.release_number, r.run_key,
            concat(r.register_tables ->> 'units', r.register_tables ->> 'group_members') as places
        from generate_series(p_a, p_b) as n (release_number)
        inner join release.run as r on r.run_key = release.run_of(n.release_number)
    ),
    map as materialized (
        select v.places, a.span, m.unit_key,
            case p_level when 'unit' then m.mapped_key when 'region' then m.region_key else v_nation end as group_key
        from (select v.places, max(v.run_key) as run_key from version as v group by v.places) as v
        cross join asked as a
        cross join lateral release.unit_map(null, a.period_end, v.run_key) as m
    ),
    place as materialized (
        select v.release_number, m.span, m.unit_key, m.group_key
        from version as v inner join map as m on v.places = m.places
    ),
    moved as (
        select m.at_release, m.why, m.caused_by, m.sign, m.at_release - (m.sign < 0)::integer as read_at,
            m.contribution_key
        from release.movement as m where m.at_release > p_a and m.at_release <= p_b
        union all
        -- a figure that did not change goes over to another region with its unit
        select n.release_number, 'register', '', d.sign, n.release_number - (d.sign < 0)::integer, c.contribution_key
        from version as o
        inner join version as n on n.release_number = o.release_number + 1 and o.places <> n.places
        cross join lateral release.visible_contributions(o.release_number) as c
        inner join lateral release.visible_contributions(n.release_number) as s on c.contribution_key = s.contribution_key
        cross join (values (1), (-1)) as d (sign)
        where c.unit_key in (
            select x.unit_key from place as x
            inner join place as y
                on x.release_number = o.release_number and y.release_number = n.release_number
                and x.span = y.span and x.unit_key = y.unit_key and x.group_key <> y.group_key
        )
    ),
    placed as materialized (
        select a.span, p.group_key, i.aggregation, m.at_release, m.why, m.caused_by, m.sign, c.*
        from moved as m
        inner join release.contribution as c on m.contribution_key = c.contribution_key
        inner join asked as a
            on a.budget_year = c.budget_year
            and case
                when c.measure = 'plan'
                    then c.effective_from <= a.period_end and coalesce(c.effective_to > a.period_end, true)
                else c.period_end = a.period_end and not (a.is_span and c.measure = 'ytd')
            end
        inner join place as p on m.read_at = p.release_number and a.span = p.span and c.unit_key = p.unit_key
        inner join indicators as i on c.indicator_code = i.indicator_code
    ),
    -- a figure whose indicator is not added up is shown where it stands alone, or as establishments counted once
    touched as materialized (
        select distinct p.span, p.group_key, p.budget_year, p.fund_code, p.activity_code, p.indicator_code, p.measure,
            p.aggregation = 'distinct' as is_distinct
        from placed as p where p.aggregation <> 'sum'
    ),
    seen as materialized (
        select t.*, n.release_number, c.establishment_key, c.state
        from touched as t
        inner join (select generate_series(p_a, p_b) as release_number) as n
            on t.is_distinct or n.release_number in (p_a, p_b)
        inner join asked as a on t.span = a.span
        inner join lateral release.visible_contributions(n.release_number) as c
            on t.budget_year = c.budget_year and t.fund_code = c.fund_code and t.activity_code = c.activity_code
            and t.indicator_code = c.indicator_code and t.measure = c.measure
        inner join place as p
            on n.release_number = p.release_number and t.span = p.span and c.unit_key = p.unit_key
            and t.group_key = p.group_key
        where case
                when c.measure = 'plan'
                    then c.effective_from <= a.period_end and coalesce(c.effective_to > a.period_end, true)
                else c.period_end = a.period_end
            end
    ),
    way as (
        select t.span, t.group_key, t.budget_year, t.fund_code, t.activity_code, t.indicator_code, t.measure,
            case
                when t.is_distinct and a.is_span and t.measure <> 'plan' then 'none'
                when t.is_distinct and coalesce(bool_or(s.establishment_key <> ''), false) then 'distinct'
                when p_level = 'unit' and count(*) filter (where s.release_number = p_a) < 2
                    and count(*) filter (where s.release_number = p_b) < 2 then 'sum'
                else 'none'
            end as way
        from touched as t
        inner join asked as a on t.span = a.span
        left join seen as s
            on t.span = s.span and t.group_key = s.group_key and t.budget_year = s.budget_year
            and t.fund_code = s.fund_code and t.activity_code = s.activity_code
            and t.indicator_code = s.indicator_code and t.measure = s.measure
        group by t.span, t.group_key, t.budget_year, t.fund_code, t.activity_code, t.indicator_code, t.measure,
            t.is_distinct, a.is_span
    ),
    weighed as materialized (
        select p.*, coalesce(w.way, 'sum') as way
        from placed as p
        left join way as w
            on p.span = w.span and p.group_key = w.group_key and p.budget_year = w.budget_year
            and p.fund_code = w.fund_code and p.activity_code = w.activity_code
            and p.indicator_code = w.indicator_code and p.measure = w.measure
        where coalesce(w.way, 'sum') <> 'none'
    ),
    -- an establishment comes with the first of its lines and goes with the last
    present as (
        select distinct s.span, s.group_key, s.budget_year, s.fund_code, s.activity_code, s.indicator_code, s.measure,
            s.establishment_key, s.release_number, s.state = 'disputed' as is_disputed
        from seen as s
        where s.is_distinct and s.state <> 'missing'
    ),
    coming as (
        select w.span, w.group_key, w.budget_year, w.fund_code, w.activity_code, w.indicator_code, w.measure,
            w.establishment_key, w.at_release, w.state = 'disputed' as is_disputed,
            release.first_reason(array_agg(w.why)) as why, max(w.caused_by) as caused_by,
            max(w.contribution_key) as contribution_key, min(w.unit_key) as unit_key, min(w.project_key) as project_key,
            min(w.dimension_key) as dimension_key
        from weighed as w
        where w.way = 'distinct' and w.state <> 'missing'
        group by w.span, w.group_key, w.budget_year, w.fund_code, w.activity_code, w.indicator_code, w.measure,
            w.establishment_key, w.at_release, w.state = 'disputed'
    ),
    counted as (
        select c.*,
            count(*) filter (where n.release_number = c.at_release)
            - count(*) filter (where n.release_number = c.at_release - 1) as change
        from coming as c
        left join present as n
            on c.span = n.span and c.group_key = n.group_key and c.budget_year = n.budget_year
            and c.fund_code = n.fund_code and c.activity_code = n.activity_code and c.indicator_code = n.indicator_code
            and c.measure = n.measure and c.establishment_key = n.establishment_key and c.is_disputed = n.is_disputed
        group by c.span, c.group_key, c.budget_year, c.fund_code, c.activity_code, c.indicator_code, c.measure,
            c.establishment_key, c.at_release, c.is_disputed, c.why, c.caused_by, c.contribution_key, c.unit_key,
            c.project_key, c.dimension_key
    )
    select w.span, w.at_release, w.why, w.caused_by, w.contribution_key, w.group_key, w.unit_key, w.budget_year, w.fund_code,
        w.activity_code, w.indicator_code, w.measure, w.project_key, w.establishment_key,
        case when w.way = 'sum' and w.state in ('accepted', 'carried') then coalesce(w.sign * w.value, 0) else 0 end,
        case when w.way = 'sum' and w.state = 'disputed' then coalesce(w.sign * w.value, 0) else 0 end,
        case when w.state = 'disputed' then coalesce(w.sign * w.low, 0) else 0 end,
        case when w.state = 'disputed' then coalesce(w.sign * w.high, 0) else 0 end,
        case when w.state = 'missing' then coalesce(w.sign * w.low, 0) else 0 end,
        case when w.state = 'missing' then coalesce(w.sign * w.high, 0) else 0 end, w.dimension_key
    from weighed as w
    union all
    select c.span, c.at_release, c.why, c.caused_by, c.contribution_key, c.group_key, c.unit_key, c.budget_year, c.fund_code,
        c.activity_code, c.indicator_code, c.measure, c.project_key, c.establishment_key,
        case when c.is_disputed then 0 else c.change end, case when c.is_disputed then c.change else 0 end, 0, 0, 0, 0,
        c.dimension_key
    from counted as c
    where c.change <> 0;

    select array_agg(a.period_start), array_agg(a.period_end) into spans_starts, spans_ends
    from unnest(p_starts, p_ends) as a (period_start, period_end)
    where register.month_of_year(a.period_start) > 1;
    if spans_starts is null then
        return;
    end if;
    for step in
        select m.n from (
            select c.at_release as n, c.period_end from release.moved_contribution as c where c.measure = 'ytd'
            union select r.at_release, r.period_end from release.moved_report as r
            union
            select n, e from generate_series(p_a + 1, p_b) as n cross join unnest(spans_ends) as e
            where exists (
                select 1 from release.run as x inner join release.run as y on y.run_key = release.run_of(n - 1)
                where x.run_key = release.run_of(n) and x.register_tables <> y.register_tables
            )
        ) as m
        inner join unnest(spans_starts, spans_ends) as a (period_start, period_end)
            on m.period_end in (a.period_end, a.period_start - 1)
        where m.n > p_a and m.n <= p_b
        group by m.n order by m.n
    loop
        return query select * from release.bridge_span_changes(step, p_starts, p_ends, p_level, p_a, p_b);
    end loop;
end
$$;
comment on function release.bridge_changes is
'What figures gained and lost between two releases, one row a change with its reason; adds up to their difference.';
