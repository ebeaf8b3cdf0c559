-- One span, with names: what `kc rollup` prints. A row that a map cannot apportion is named after its unit. A form's own
-- dimensions that p_by_codes names are broken out: the roll-up of each combination of their codes, '' for none, so that the parts
-- add up to the whole; p_where keeps the figures with its codes (release.rollup_spans).
create function release.rollup(
    p_release bigint, p_start date, p_end date, p_funds text [], p_activities text [], p_indicators text [],
    p_geography date, p_level text, p_total text [], p_run bigint default null,
    p_where jsonb default null, p_by_codes text [] default array[]::text []
)
returns table (
    unit_key text, unit_name text, budget_year integer, period_start date, period_end date, fund_code text,
    activity_code text, indicator_code text, measure text, unit text, is_additive boolean, accepted numeric,
    disputed numeric, disputed_low numeric, disputed_high numeric, missing_low numeric, missing_high numeric,
    at_least numeric, at_most numeric, n_owed bigint, n_reported bigint, n_accepted bigint, n_disputed bigint,
    n_missing bigint, n_returned bigint, n_nil bigint, n_estimated bigint, n_under_review bigint, n_unbounded bigint,
    status text, plan_indicator_code text, plan_value numeric, plan_pct numeric, prior_value numeric,
    same_units_value numeric, n_same_units bigint, growth_pct numeric, coverage_count_pct numeric,
    coverage_plan_pct numeric, ratio_mark text, codes jsonb
)
language plpgsql stable as $$
#variable_conflict use_column
declare
    v_run bigint := coalesce(p_run, release.run_of(p_release));
begin
    return query
    with
    indicators as materialized (
        select t.* from jsonb_populate_recordset(null::register.indicators, release.register_table(v_run, 'indicators')) as t
    ),
    units_of_measure as materialized (
        select t.*
        from jsonb_populate_recordset(null::register.units_of_measure, release.register_table(v_run, 'units_of_measure')) as t
    ),
    units as materialized (
        select t.* from jsonb_populate_recordset(null::register.units, release.register_table(v_run, 'units')) as t
    ),
    -- of this year and of the one that it is compared with
    combination as (
        select null::jsonb as codes where cardinality(p_by_codes) = 0
        union all
        select distinct (
            select jsonb_object_agg(n.name, release.code_of(k.dimension_key, n.name)) from unnest(p_by_codes) as n (name)
        )
        from (
            select distinct c.dimension_key from release.visible_contributions(p_release) as c
            where cardinality(p_by_codes) > 0 and register.budget_year_of(p_end) - c.budget_year in (0, 1)
                and (p_funds is null or c.fund_code = any(p_funds))
                and (p_activities is null or c.activity_code = any(p_activities))
                and (p_indicators is null or c.indicator_code = any(p_indicators))
        ) as k
    )
    select r.unit_key, coalesce(u.unit_name, whole.unit_name || ' (không tách được)', r.unit_key), r.budget_year,
        r.period_start, r.period_end, r.fund_code, r.activity_code, r.indicator_code, r.measure, m.stored_unit,
        r.is_additive, r.accepted, r.disputed, r.disputed_low, r.disputed_high, r.missing_low, r.missing_high, r.at_least,
        r.at_most, r.n_owed, r.n_reported, r.n_accepted, r.n_disputed, r.n_missing, r.n_returned, r.n_nil, r.n_estimated,
        r.n_under_review, r.n_unbounded, r.status, r.plan_indicator_code, r.plan_value, r.plan_pct, r.prior_value,
        r.same_units_value, r.n_same_units, r.growth_pct, r.coverage_count_pct, r.coverage_plan_pct, r.ratio_mark,
        coalesce(p_where, '{}') || coalesce(x.codes, '{}')
    from combination as x
    cross join lateral release.rollup_spans(
        p_release, array[p_start], array[p_end], array[p_geography], p_funds, p_activities, p_indicators, array[p_level],
        p_total, v_run, p_where, x.codes
    ) as r
    inner join indicators as i on r.indicator_code = i.indicator_code
    left join units_of_measure as m on i.unit = m.unit
    left join units as u on r.unit_key = u.unit_key
    left join units as whole on r.unit_key = 'not-apportionable:' || whole.unit_key
    order by r.unit_key, r.measure, r.indicator_code, r.fund_code, r.activity_code, x.codes::text;
end
$$;
