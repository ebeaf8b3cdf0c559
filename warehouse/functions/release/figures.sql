-- The figures of a release for spans of months within one budget year, one row a figure key. A span not from the year's begin is
-- ytd(end) - ytd(month before start), accepted only if both are. Plans are those in force at the end.
-- In plpgsql, because the register's seed tables are made by dbt after this: the body is bound when it runs. The planner takes what
-- functions and CTEs return for a few rows each, so what joins tens of thousands must not loop over them.
-- An earlier night is rolled up with the register that it read (p_run); without it, the last run of the release, and before any
-- run the register as it stands.
create function release.figures(p_release bigint, p_starts date [], p_ends date [], p_run bigint default null)
returns table (
    span integer, budget_year integer, unit_key text, carried_into text, fund_code text, activity_code text,
    indicator_code text, measure text, project_key text, establishment_key text, state text, value numeric,
    low numeric, high numeric, dimension_key text
)
language plpgsql stable set enable_nestloop = off as $$
#variable_conflict use_column
declare
    v_run bigint := coalesce(p_run, release.run_of(p_release));
begin
    return query
    with
    indicator_sources as materialized (
        select t.* from jsonb_populate_recordset(null::register.indicator_sources, release.register_table(v_run, 'indicator_sources')) as t
    ),
    asked as (
        select a.span::integer, a.period_start, a.period_end, register.budget_year_of(a.period_end) as budget_year,
            case when register.month_of_year(a.period_start) > 1 then a.period_start - 1 end as before_end
        from unnest(p_starts, p_ends) with ordinality as a (period_start, period_end, span)
    ),
    visible as (
        select * from release.visible_contributions(p_release)
    ),
    at_end as (
        select a.span, a.before_end, c.*
        from asked as a
        inner join visible as c
            on a.period_end = c.period_end and a.budget_year = c.budget_year and c.measure <> 'plan'
            -- what was done in one period is a figure of no other
            and (c.measure <> 'in_period' or a.period_start = c.period_start)
    ),
    plan as (
        select a.span, c.*
        from asked as a
        inner join visible as c
            on a.budget_year = c.budget_year and c.measure = 'plan' and c.effective_from <= a.period_end
            and (c.effective_to is null or c.effective_to > a.period_end)
    ),
    form_of as (
        select s.indicator_code, s.fund_code, s.form_code from indicator_sources as s
    ),
    -- who stands at the end for a unit that has closed in between
    heir as (
        select a.span, m.unit_key, m.mapped_key
        from asked as a cross join lateral release.unit_map(a.period_end, a.period_end, v_run) as m
        where a.before_end is not null
    ),
    now_row as (
        select e.span, e.budget_year, e.unit_key, e.carried_into, e.fund_code, e.activity_code, e.indicator_code,
            e.project_key, e.establishment_key, e.dimension_key, e.state, e.value, e.low, e.high
        from at_end as e where e.before_end is not null and e.measure = 'ytd'
    ),
    before_row as (
        select a.span, a.budget_year, coalesce(same.unit_key, h.mapped_key) as unit_key, c.fund_code, c.activity_code,
            c.indicator_code, c.project_key, c.establishment_key, c.dimension_key,
            case
                when bool_or(c.state = 'missing') then 'missing' when bool_or(c.state = 'disputed') then 'disputed'
                else 'accepted'
            end as state,
            sum(c.value) as value,
            sum(case when c.state in ('accepted', 'carried') then c.value else c.low end) as low,
            case
                when bool_and(c.state in ('accepted', 'carried') or c.high is not null)
                    then sum(case when c.state in ('accepted', 'carried') then c.value else c.high end)
            end as high
        from asked as a
        inner join visible as c
            on a.before_end = c.period_end and a.budget_year = c.budget_year and c.measure = 'ytd'
        inner join heir as h on a.span = h.span and c.unit_key = h.unit_key
        -- a carried figure keeps its unit, so the earlier one is taken from it and not from the successor
        left join now_row as same
            on a.span = same.span and c.unit_key = same.unit_key and c.fund_code = same.fund_code
            and c.activity_code = same.activity_code and c.indicator_code = same.indicator_code
            and c.project_key = same.project_key and c.establishment_key = same.establishment_key
            and c.dimension_key = same.dimension_key
        group by a.span, a.budget_year, 3, c.fund_code, c.activity_code, c.indicator_code, c.project_key,
            c.establishment_key, c.dimension_key
    ),
    before_report as (
        select a.span, h.mapped_key as unit_key, r.form_code, bool_and(r.state in ('in_force', 'nil')) as is_known,
            bool_or(r.is_owed) as is_owed
        from asked as a
        inner join release.visible_reports(p_release) as r on a.before_end = r.period_end
        inner join heir as h on a.span = h.span and r.unit_key = h.unit_key
        group by a.span, h.mapped_key, r.form_code
    ),
    -- who said at the end what there was: a figure that its report leaves out is nought, one without a report is not known
    end_report as (
        select distinct a.span, h.mapped_key as unit_key, r.form_code
        from asked as a
        inner join release.visible_reports(p_release) as r on a.period_end = r.period_end
        inner join heir as h on a.span = h.span and r.unit_key = h.unit_key
        where r.state in ('in_force', 'nil')
    ),
    asked_form as (
        select b.span, b.form_code from before_report as b group by b.span, b.form_code having bool_or(b.is_owed)
    ),
    paired as (
        select coalesce(n.span, b.span) as span, coalesce(n.budget_year, b.budget_year) as budget_year,
            coalesce(n.unit_key, b.unit_key) as unit_key, coalesce(n.carried_into, '') as carried_into,
            coalesce(n.fund_code, b.fund_code) as fund_code, coalesce(n.activity_code, b.activity_code) as activity_code,
            coalesce(n.indicator_code, b.indicator_code) as indicator_code,
            coalesce(n.project_key, b.project_key) as project_key,
            coalesce(n.establishment_key, b.establishment_key) as establishment_key,
            coalesce(n.dimension_key, b.dimension_key) as dimension_key,
            coalesce(n.state, 'accepted') as now_state,
            b.state as before_state,
            case when n.state is null then 0 else n.value end as now_value, b.value as before_value,
            case when n.state is null then 0 when n.state in ('accepted', 'carried') then n.value else n.low end as now_low,
            case when n.state is null then 0 when n.state in ('accepted', 'carried') then n.value else n.high end as now_high,
            b.low as before_low, b.high as before_high, n.span is not null as is_told
        from now_row as n
        full join before_row as b
            on n.span = b.span and n.unit_key = b.unit_key and n.fund_code = b.fund_code
            and n.activity_code = b.activity_code and n.indicator_code = b.indicator_code
            and n.project_key = b.project_key and n.establishment_key = b.establishment_key
            and n.dimension_key = b.dimension_key
    ),
    -- no earlier row: nought when the earlier report stands or was not owed, otherwise not known
    known as (
        select p.*,
            p.before_state is null and coalesce(r.is_known, o.form_code is not null) as is_nought
        from paired as p
        left join form_of as f on p.indicator_code = f.indicator_code and p.fund_code = f.fund_code
        left join heir as h on p.span = h.span and p.unit_key = h.unit_key
        left join before_report as r
            on p.span = r.span and h.mapped_key = r.unit_key and f.form_code = r.form_code
        left join asked_form as o on p.span = o.span and f.form_code = o.form_code
        left join end_report as e on p.span = e.span and h.mapped_key = e.unit_key and f.form_code = e.form_code
        where p.is_told or e.span is not null
    ),
    judged as (
        select k.*,
            case
                when k.now_state in ('accepted', 'carried') and (k.before_state = 'accepted' or k.is_nought)
                    then k.now_state
                when k.now_state = 'missing' or k.before_state = 'missing' or (k.before_state is null and not k.is_nought)
                    then 'missing'
                else 'disputed'
            end as state
        from known as k
    )
    select e.span, e.budget_year, e.unit_key, e.carried_into, e.fund_code, e.activity_code, e.indicator_code, e.measure,
        e.project_key, e.establishment_key, e.state, e.value, e.low, e.high, e.dimension_key
    from at_end as e where e.before_end is null or e.measure <> 'ytd'
    union all
    select p.span, p.budget_year, p.unit_key, p.carried_into, p.fund_code, p.activity_code, p.indicator_code, p.measure,
        p.project_key, p.establishment_key, p.state, p.value, p.low, p.high, p.dimension_key
    from plan as p
    union all
    select j.span, j.budget_year, j.unit_key, j.carried_into, j.fund_code, j.activity_code, j.indicator_code, 'ytd',
        j.project_key, j.establishment_key, j.state,
        case
            when j.state in ('accepted', 'carried', 'disputed') and (j.before_state is not null or j.is_nought)
                then j.now_value - coalesce(j.before_value, case when j.before_state is null then 0 end)
        end,
        -- cumulative figures do not fall: what an open earlier figure may take away stops at nought
        case
            when j.state in ('disputed', 'missing')
                then greatest(0, j.now_low - coalesce(j.before_high, case when j.is_nought then 0 else j.now_low end))
        end,
        case when j.state in ('disputed', 'missing') then j.now_high - coalesce(j.before_low, 0) end,
        j.dimension_key
    from judged as j;
end
$$;
comment on function release.figures is 'Figures of a release for spans of months, one row a figure key.';
