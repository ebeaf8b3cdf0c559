-- The same of one release for the spans that do not begin with their year: each figure less itself in the release before. Its
-- reason is the first of the rows behind it that moved, else of the reports, else of anybody's report of that month.
create function release.bridge_span_changes(
    p_release bigint, p_starts date [], p_ends date [], p_level text, p_a bigint, p_b bigint
)
returns table (
    span integer, release_number bigint, reason text, cause_reference text, contribution_key bigint, group_key text,
    unit_key text, budget_year integer, fund_code text, activity_code text, indicator_code text, measure text,
    project_key text, establishment_key text, accepted numeric, disputed numeric, disputed_low numeric,
    disputed_high numeric, missing_low numeric, missing_high numeric, dimension_key text
)
language plpgsql stable set enable_nestloop = off as $$
#variable_conflict use_column
declare
    v_run bigint := release.run_of(p_b);
    v_nation text := register.nation_key();
begin
    return query
    with
    indicators as materialized (
        select t.* from jsonb_populate_recordset(null::register.indicators, release.register_table(v_run, 'indicators')) as t
    ),
    indicator_sources as materialized (
        select t.*
        from jsonb_populate_recordset(null::register.indicator_sources, release.register_table(v_run, 'indicator_sources')) as t
    ),
    asked as materialized (
        select a.span::integer, a.period_start, a.period_end
        from unnest(p_starts, p_ends) with ordinality as a (period_start, period_end, span)
        where register.month_of_year(a.period_start) > 1
    ),
    place as materialized (
        select n.release_number, a.span, m.unit_key,
            case p_level when 'unit' then m.mapped_key when 'region' then m.region_key else v_nation end as group_key
        from asked as a
        cross join (values (p_release), (p_release - 1)) as n (release_number)
        cross join lateral release.unit_map(null, a.period_end, release.run_of(n.release_number)) as m
    ),
    figure as materialized (
        select f.*, n.sign, p.group_key
        from (values (p_release, 1), (p_release - 1, -1)) as n (release_number, sign)
        cross join lateral release.figures(n.release_number, p_starts, p_ends) as f
        inner join asked as a on f.span = a.span
        inner join place as p on n.release_number = p.release_number and f.span = p.span and f.unit_key = p.unit_key
        where f.measure = 'ytd'
    ),
    -- figures that are not added up: only those that stand alone in both releases that are compared
    alone as (
        select f.span, f.unit_key, f.fund_code, f.activity_code, f.indicator_code
        from (select v.n from unnest(array[p_a, p_b]) as v (n) where p_level = 'unit') as n
        cross join lateral release.figures(n.n, p_starts, p_ends) as f
        inner join indicators as i on f.indicator_code = i.indicator_code
        where i.aggregation <> 'sum' and f.measure = 'ytd'
        group by f.span, f.unit_key, f.fund_code, f.activity_code, f.indicator_code, n.n
        having count(*) > 1
    ),
    changed as (
        select f.span, f.group_key, f.unit_key, f.carried_into, f.budget_year, f.fund_code, f.activity_code, f.indicator_code,
            f.project_key, f.establishment_key, f.dimension_key,
            coalesce(sum(f.sign * f.value) filter (where f.state in ('accepted', 'carried')), 0) as accepted,
            coalesce(sum(f.sign * f.value) filter (where f.state = 'disputed'), 0) as disputed,
            coalesce(sum(f.sign * f.low) filter (where f.state = 'disputed'), 0) as disputed_low,
            coalesce(sum(f.sign * f.high) filter (where f.state = 'disputed'), 0) as disputed_high,
            coalesce(sum(f.sign * f.low) filter (where f.state = 'missing'), 0) as missing_low,
            coalesce(sum(f.sign * f.high) filter (where f.state = 'missing'), 0) as missing_high
        from figure as f
        inner join indicators as i on f.indicator_code = i.indicator_code
        left join alone as l
            on f.span = l.span and f.unit_key = l.unit_key and f.fund_code = l.fund_code
            and f.activity_code = l.activity_code and f.indicator_code = l.indicator_code
        where i.aggregation = 'sum' or p_level = 'unit' and i.aggregation <> 'distinct' and l.span is null
        group by f.span, f.group_key, f.unit_key, f.carried_into, f.budget_year, f.fund_code, f.activity_code, f.indicator_code,
            f.project_key, f.establishment_key, f.dimension_key
    ),
    moved as (
        select m.* from release.movement as m where m.at_release = p_release and m.measure = 'ytd'
    ),
    heir as materialized (
        select a.span, m.unit_key, m.mapped_key
        from asked as a
        cross join lateral release.unit_map(a.period_end, a.period_end, release.run_of(p_release)) as m
    ),
    behind as (
        select a.span, h.mapped_key as heir_key, m.*
        from asked as a
        inner join moved as m on m.period_end in (a.period_end, a.period_start - 1)
        inner join heir as h on a.span = h.span and m.unit_key = h.unit_key
    ),
    named as (
        select c.span, c.unit_key, c.carried_into, c.fund_code, c.activity_code, c.indicator_code, c.project_key,
            c.establishment_key, c.dimension_key, release.first_reason(array_agg(b.why)) as why, max(b.caused_by) as caused_by,
            max(b.contribution_key) as contribution_key
        from changed as c
        inner join behind as b
            on c.span = b.span and c.unit_key in (b.unit_key, b.heir_key) and c.fund_code = b.fund_code
            and c.activity_code = b.activity_code and c.indicator_code = b.indicator_code
            and c.project_key = b.project_key and c.establishment_key = b.establishment_key
            and c.dimension_key = b.dimension_key
        group by c.span, c.unit_key, c.carried_into, c.fund_code, c.activity_code, c.indicator_code, c.project_key,
            c.establishment_key, c.dimension_key
    ),
    moved_report as (
        select a.span, r.form_code, r.unit_key, r.why
        from asked as a
        inner join release.moved_report as r
            on r.at_release = p_release and r.period_end in (a.period_end, a.period_start - 1)
    )
    select c.span, p_release,
        coalesce(
            (
                select 'register' from place as x
                where x.span = c.span and x.unit_key = c.unit_key having count(distinct x.group_key) > 1
            ),
            n.why,
            (
                select release.first_reason(array_agg(r.why)) from moved_report as r
                inner join indicator_sources as s on r.form_code = s.form_code
                where r.span = c.span and s.indicator_code = c.indicator_code and s.fund_code = c.fund_code
                    and r.unit_key = c.unit_key
            ),
            (select release.first_reason(array_agg(r.why)) from moved_report as r where r.span = c.span),
            'register'
        ),
        coalesce(n.caused_by, ''), n.contribution_key, c.group_key, c.unit_key, c.budget_year, c.fund_code, c.activity_code,
        c.indicator_code, 'ytd', c.project_key, c.establishment_key, c.accepted, c.disputed, c.disputed_low,
        c.disputed_high, c.missing_low, c.missing_high, c.dimension_key
    from changed as c
    left join named as n
        on c.span = n.span and c.unit_key = n.unit_key and c.carried_into = n.carried_into and c.fund_code = n.fund_code
        and c.activity_code = n.activity_code and c.indicator_code = n.indicator_code
        and c.project_key = n.project_key and c.establishment_key = n.establishment_key
        and c.dimension_key = n.dimension_key
    where (c.accepted, c.disputed, c.disputed_low, c.disputed_high, c.missing_low, c.missing_high)
        is distinct from (0, 0, 0, 0, 0, 0);
end
$$;
