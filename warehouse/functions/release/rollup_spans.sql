-- Rows of a roll-up of many spans at once, at the levels asked for (unit, region, nation). p_geographies[i] null: as reported.
-- p_total: dimensions (fund, activity) that are added up and shown as 'all'; every other one is broken out. Amounts, counts and
-- what they are compared with (decisions 0030, 0050); every column that may be added adds up over units, regions and activities.
-- Dimensions of a form's own are added up (decision 0072). p_where and p_part ({name: code}) keep the figures with these codes;
-- under p_where a missing figure that has no code of that name may be any of it: from nought up to its own bound.
-- One function gives unit, region and nation at once, so that nobody adds its rows up again.
create function release.rollup_spans(
    p_release bigint, p_starts date [], p_ends date [], p_geographies date [], p_funds text [], p_activities text [],
    p_indicators text [], p_levels text [], p_total text [], p_run bigint default null,
    p_where jsonb default null, p_part jsonb default null
)
returns table (
    span integer, level text, unit_key text, budget_year integer, period_start date, period_end date, fund_code text,
    activity_code text, indicator_code text, measure text, is_additive boolean, accepted numeric, disputed numeric,
    disputed_low numeric, disputed_high numeric, missing_low numeric, missing_high numeric, at_least numeric,
    at_most numeric, n_owed bigint, n_reported bigint, n_accepted bigint, n_disputed bigint, n_missing bigint,
    n_returned bigint, n_nil bigint, n_estimated bigint, n_under_review bigint, n_unbounded bigint, status text,
    plan_indicator_code text, plan_value numeric, plan_pct numeric, prior_value numeric, same_units_value numeric,
    n_same_units bigint, growth_pct numeric, coverage_count_pct numeric, coverage_plan_pct numeric, ratio_mark text
)
language plpgsql stable set enable_nestloop = off set enable_mergejoin = off set work_mem = '128MB' as $$
#variable_conflict use_column
declare
    v_run bigint := coalesce(p_run, release.run_of(p_release));
    v_nation text := register.nation_key();
begin
    return query
    with
    indicators as materialized (
        select t.* from jsonb_populate_recordset(null::register.indicators, release.register_table(v_run, 'indicators')) as t
    ),
    behaviours as materialized (
        select t.* from jsonb_populate_recordset(null::register.behaviours, release.register_table(v_run, 'behaviours')) as t
    ),
    indicator_sources as materialized (
        select t.* from jsonb_populate_recordset(null::register.indicator_sources, release.register_table(v_run, 'indicator_sources')) as t
    ),
    activities as materialized (
        select t.* from jsonb_populate_recordset(null::register.activities, release.register_table(v_run, 'activities')) as t
    ),
    funds as materialized (
        select t.* from jsonb_populate_recordset(null::register.funds, release.register_table(v_run, 'funds')) as t
    ),
    calendar as materialized (
        select t.* from jsonb_populate_recordset(null::register.calendar, release.register_table(v_run, 'calendar')) as t
    ),
    parameters as materialized (
        select t.* from jsonb_populate_recordset(null::register.parameters, release.register_table(v_run, 'parameters')) as t
    ),
    asked as materialized (
        select a.span::integer, a.period_start, a.period_end, a.geography, register.budget_year_of(a.period_end) as budget_year,
            case when register.month_of_year(a.period_start) > 1 then a.period_start - 1 end as before_end
        from unnest(p_starts, p_ends, p_geographies) with ordinality as a (period_start, period_end, geography, span)
    ),
    map as materialized (
        select a.span, m.* from asked as a cross join lateral release.unit_map(a.geography, a.period_end, v_run) as m
    ),
    place as materialized (
        select m.span, m.unit_key, m.share_from, m.share_to, v.level,
            case v.level when 'unit' then m.mapped_key when 'region' then m.region_key else v_nation end as group_key
        from map as m cross join unnest(p_levels) as v (level)
    ),
    answering as materialized (
        select * from release.answering_units(p_ends, v_run)
    ),
    reporting as materialized (
        select * from release.reporting_of_spans(p_release, p_starts, p_ends, v_run)
    ),
    -- money is measured by the plan of its fund, anything else by its own plan
    denominator as materialized (
        select s.indicator_code, s.fund_code, s.form_code, s.fact = 'fct_disbursement' as is_money_stage,
            case
                when s.fact <> 'fct_disbursement' then s.indicator_code
                else min(s.indicator_code) filter (where s.fact = 'fct_budget') over (partition by s.fund_code)
            end as plan_indicator_code,
            -- of a plan nobody says nought by leaving it out
            case when b.measure in ('ytd', 'stock') then b.measure end as measure,
            i.aggregation = 'sum' as is_additive
        from indicator_sources as s
        inner join indicators as i on s.indicator_code = i.indicator_code
        left join behaviours as b on i.behaviour = b.behaviour
    ),
    asked_code as materialized (
        select w.key as code_name, w.value as code, true as is_open_included from jsonb_each_text(p_where) as w
        union all
        select e.key, e.value, false from jsonb_each_text(p_part) as e
    ),
    coded as materialized (
        select * from release.coded_figures(p_release, p_where)
    ),
    all_figure as materialized (
        select f.span, f.budget_year, f.unit_key, f.carried_into, f.fund_code, f.activity_code, f.indicator_code, f.measure,
            f.project_key, f.establishment_key, f.state, f.value,
            case
                when p_where is not null and exists (
                    select 1 from asked_code as a where release.code_of(f.dimension_key, a.code_name) <> a.code
                ) then 0
                else f.low
            end as low,
            f.high, n.answering_key
        from release.figures(p_release, p_starts, p_ends, v_run) as f
        inner join answering as n on f.span = n.span and f.unit_key = n.unit_key
        where (p_funds is null or f.fund_code = any(p_funds))
            and (p_activities is null or f.activity_code = any(p_activities))
            and (
                p_indicators is null or f.indicator_code = any(p_indicators) or f.measure = 'plan' and f.indicator_code in (
                    select d.plan_indicator_code from denominator as d where d.indicator_code = any(p_indicators)
                )
            )
            -- known before the rows are: who asks for no code pays nothing
            and (p_where is null and p_part is null or not exists (
                select 1 from asked_code as a
                where release.code_of(f.dimension_key, a.code_name) <> a.code and not (
                    a.is_open_included and f.state = 'missing' and release.code_of(f.dimension_key, a.code_name) = ''
                    and (a.code_name, f.indicator_code, f.fund_code) in (
                        select d.code_name, d.indicator_code, d.fund_code from coded as d
                    )
                )
            ))
    ),
    -- a plan goes over to who answers for its unit, unless the figure that it is the plan of is carried under its unit
    carried_key as (
        select distinct f.span, f.unit_key, f.fund_code, f.project_key, d.plan_indicator_code,
            case when f.project_key = '' then f.activity_code else '' end as activity_code
        from all_figure as f
        inner join denominator as d on f.indicator_code = d.indicator_code and f.fund_code = d.fund_code
        where f.carried_into <> '' and f.measure <> 'plan'
    ),
    plan_standing as materialized (
        select f.span, case when f.carried_into <> '' or k.span is not null then f.unit_key else f.answering_key end as unit_key,
            f.answering_key, f.fund_code, f.activity_code, f.indicator_code as plan_indicator_code,
            coalesce(sum(f.value) filter (where f.state in ('accepted', 'carried')), 0) as plan_value,
            count(*) as n_parts, bool_or(f.state in ('disputed', 'missing')) as is_open
        from all_figure as f
        left join carried_key as k
            on f.span = k.span and f.unit_key = k.unit_key and f.fund_code = k.fund_code and f.project_key = k.project_key
            and f.indicator_code = k.plan_indicator_code
            and case when f.project_key = '' then f.activity_code else '' end = k.activity_code
        where f.measure = 'plan'
        group by 1, 2, 3, 4, 5, 6
    ),
    now_side as (
        select f.span, f.answering_key, f.fund_code, f.activity_code, f.indicator_code, f.measure,
            sum(f.value) as value, bool_and(f.state in ('accepted', 'carried')) as is_whole
        from all_figure as f
        inner join indicators as i on f.indicator_code = i.indicator_code and i.aggregation = 'sum'
        where f.measure in ('ytd', 'stock')
            and (p_indicators is null or f.indicator_code = any(p_indicators))
        group by 1, 2, 3, 4, 5, 6
    ),
    year_before as (
        select f.span, f.unit_key as answering_key, f.fund_code, f.activity_code, f.indicator_code, f.measure,
            sum(f.value) as value, bool_and(f.state in ('accepted', 'carried')) as is_whole
        from release.figures_of_year_before(p_release, p_starts, p_ends, v_run) as f
        inner join indicators as i on f.indicator_code = i.indicator_code and i.aggregation = 'sum'
        where (p_funds is null or f.fund_code = any(p_funds))
            and (p_activities is null or f.activity_code = any(p_activities))
            and (p_indicators is null or f.indicator_code = any(p_indicators))
            and (p_where is null and p_part is null or not exists (
                select 1 from asked_code as a where release.code_of(f.dimension_key, a.code_name) <> a.code
            ))
        group by 1, 2, 3, 4, 5, 6
    ),
    paired as (
        select coalesce(n.span, b.span) as span, coalesce(n.answering_key, b.answering_key) as answering_key,
            coalesce(n.fund_code, b.fund_code) as fund_code, coalesce(n.activity_code, b.activity_code) as activity_code,
            coalesce(n.indicator_code, b.indicator_code) as indicator_code, coalesce(n.measure, b.measure) as measure,
            n.is_whole as is_now_whole, b.is_whole as is_before_whole, coalesce(n.value, 0) as now_value,
            coalesce(b.value, 0) as before_value
        from now_side as n
        full join year_before as b
            on n.span = b.span and n.answering_key = b.answering_key and n.fund_code = b.fund_code
            and n.activity_code = b.activity_code and n.indicator_code = b.indicator_code and n.measure = b.measure
        -- nothing is compared with a year that nobody reported
        where exists (select 1 from reporting as r where r.is_year_before and r.span = coalesce(n.span, b.span))
    ),
    compared as materialized (
        select p.*, coalesce(p.is_now_whole, now_known.is_known, false) and coalesce(p.is_before_whole, before_known.is_known, false)
            as is_compared
        from paired as p
        left join denominator as d on p.indicator_code = d.indicator_code and p.fund_code = d.fund_code
        left join reporting as now_known
            on p.span = now_known.span and p.answering_key = now_known.answering_key
            and d.form_code = now_known.form_code and not now_known.is_year_before
        left join reporting as before_known
            on p.span = before_known.span and p.answering_key = before_known.answering_key
            and d.form_code = before_known.form_code and before_known.is_year_before
    ),
    -- an accepted report says 0 for each key that it lacks: where there is a plan or a year before
    lacked as (
        select p.span, p.answering_key as unit_key, p.fund_code, p.activity_code, d.indicator_code, d.measure
        from plan_standing as p
        inner join denominator as d on p.plan_indicator_code = d.plan_indicator_code and p.fund_code = d.fund_code
        where p.unit_key = p.answering_key and p.plan_value <> 0 and d.measure is not null and d.is_additive
            and (p_indicators is null or d.indicator_code = any(p_indicators))
        union
        select c.span, c.answering_key, c.fund_code, c.activity_code, c.indicator_code, c.measure
        from compared as c
        where c.is_compared
        except
        select f.span, f.unit_key, f.fund_code, f.activity_code, f.indicator_code, f.measure from all_figure as f
    ),
    nought as materialized (
        select l.*
        from lacked as l
        inner join asked as q on l.span = q.span
        inner join denominator as d on l.indicator_code = d.indicator_code and l.fund_code = d.fund_code
        inner join reporting as r
            on l.span = r.span and l.unit_key = r.answering_key and d.form_code = r.form_code
            and not r.is_year_before and r.is_known
        left join activities as v on l.activity_code = v.activity_code
        left join funds as n on l.fund_code = n.fund_code
        left join compared as c
            on l.span = c.span and l.unit_key = c.answering_key and l.fund_code = c.fund_code
            and l.activity_code = c.activity_code and l.indicator_code = c.indicator_code and l.measure = c.measure
            and c.is_compared
        -- what is carried into a unit is compared there, also when its fund has ended since
        where c.is_now_whole is not null
            or q.period_end >= coalesce(v.valid_from, q.period_end)
            and q.period_end <= coalesce(v.valid_to, q.period_end)
            and q.period_end <= coalesce(n.valid_to, q.period_end)
    ),
    figure as materialized (
        select f.span, f.budget_year, f.unit_key, f.carried_into, f.fund_code, f.activity_code, f.indicator_code, f.measure,
            f.establishment_key, f.state, p.level, p.group_key,
            release.share_of(f.value, p.share_from, p.share_to) as value,
            release.share_of(f.low, p.share_from, p.share_to) as low,
            release.share_of(f.high, p.share_from, p.share_to) as high,
            case when 'fund' = any(p_total) then 'all' else f.fund_code end as row_fund,
            case when 'activity' = any(p_total) then 'all' else f.activity_code end as row_activity
        from (
            select f.span, f.budget_year, f.unit_key, f.carried_into, f.fund_code, f.activity_code, f.indicator_code,
                f.measure, f.establishment_key, f.state, f.value, f.low, f.high
            from all_figure as f
            where p_indicators is null or f.indicator_code = any(p_indicators)
            union all
            select n.span, q.budget_year, n.unit_key, '', n.fund_code, n.activity_code, n.indicator_code, n.measure, '',
                'accepted', 0, null, null
            from nought as n inner join asked as q on n.span = q.span
        ) as f
        inner join place as p on f.span = p.span and f.unit_key = p.unit_key
    ),
    amount as materialized (
        select f.span, f.level, f.group_key, f.budget_year, f.row_fund, f.row_activity, f.indicator_code, f.measure,
            sum(f.value) filter (where f.state in ('accepted', 'carried')) as accepted,
            sum(f.value) filter (where f.state = 'disputed') as disputed,
            sum(f.low) filter (where f.state = 'disputed') as disputed_low,
            sum(f.high) filter (where f.state = 'disputed') as disputed_high,
            sum(f.low) filter (where f.state = 'missing') as missing_low,
            sum(f.high) filter (where f.state = 'missing') as missing_high,
            count(*) as n_figures,
            bool_or(f.establishment_key <> '') as has_establishments,
            case
                when bool_or(f.state = 'missing') then 'missing' when bool_or(f.state = 'disputed') then 'disputed'
                else 'accepted'
            end as status
        from figure as f
        group by f.span, f.level, f.group_key, f.budget_year, f.row_fund, f.row_activity, f.indicator_code, f.measure
    ),
    established as (
        select f.span, f.level, f.group_key, f.budget_year, f.row_fund, f.row_activity, f.indicator_code, f.measure,
            count(distinct f.establishment_key) filter (where f.state in ('accepted', 'carried')) as distinct_accepted,
            count(distinct f.establishment_key) filter (where f.state = 'disputed') as distinct_disputed
        from figure as f
        inner join indicators as i on f.indicator_code = i.indicator_code and i.aggregation = 'distinct'
        group by f.span, f.level, f.group_key, f.budget_year, f.row_fund, f.row_activity, f.indicator_code, f.measure
    ),
    -- units of a row of which something is open; a carried figure is nobody's of now
    open_unit as materialized (
        select f.span, f.level, f.group_key, f.row_fund, f.row_activity, f.indicator_code, f.measure, f.unit_key,
            bool_or(f.state = 'missing') as has_missing, bool_or(f.high is null) as is_unbounded
        from figure as f
        where f.carried_into = '' and f.state in ('disputed', 'missing')
        group by f.span, f.level, f.group_key, f.row_fund, f.row_activity, f.indicator_code, f.measure, f.unit_key
    ),
    unbounded as (
        select u.span, u.level, u.group_key, u.row_fund, u.row_activity, u.indicator_code, u.measure, count(*) as n_unbounded
        from open_unit as u
        where u.is_unbounded
        group by u.span, u.level, u.group_key, u.row_fund, u.row_activity, u.indicator_code, u.measure
    ),
    -- the forms that a row asks for
    forms_of_row as materialized (
        select s.indicator_code, case when 'fund' = any(p_total) then 'all' else s.fund_code end as row_fund,
            array_agg(distinct s.form_code order by s.form_code) as forms,
            bool_or(s.form_code in (select c.form_code from calendar as c)) as is_in_calendar
        from indicator_sources as s
        where p_funds is null or s.fund_code = any(p_funds)
        group by 1, 2
    ),
    report as materialized (
        select r.* from release.visible_reports(p_release) as r where r.is_owed
    ),
    -- what each unit owes for a set of forms, at the end of the span and before its start; a plan is one figure of the whole
    -- year, so only the end of the span counts for it
    duty as materialized (
        select d.span, d.is_of_plan, o.forms, d.unit_key, p.level, p.group_key,
            bool_or(d.state in ('missing', 'returned')) as is_report_missing,
            bool_or(d.state = 'returned') as is_returned,
            bool_or(d.state in ('in_force', 'nil')) as is_reported,
            bool_or(d.state = 'nil') as is_nil,
            bool_or(d.is_estimated) as is_estimated,
            bool_or(d.is_under_review) as is_under_review
        from (
            select a.span, m.is_of_plan, r.unit_key, r.form_code, r.state, r.is_estimated,
                r.sha256_under_review is not null as is_under_review
            from asked as a
            inner join report as r on a.period_end = r.period_end
            cross join (values (false), (true)) as m (is_of_plan)
            union all
            select a.span, false, n.answering_key, r.form_code, r.state, r.is_estimated, false
            from asked as a
            inner join report as r on a.before_end = r.period_end
            inner join answering as n on a.span = n.span and r.unit_key = n.unit_key
        ) as d
        inner join (select distinct f.forms from forms_of_row as f) as o on d.form_code = any(o.forms)
        inner join place as p on d.span = p.span and d.unit_key = p.unit_key
        group by d.span, d.is_of_plan, o.forms, d.unit_key, p.level, p.group_key
    ),
    duty_count as (
        select d.span, d.is_of_plan, d.forms, d.level, d.group_key, count(*) as n_owed,
            count(*) filter (where d.is_reported) as n_reported,
            count(*) filter (where d.is_report_missing) as n_report_missing,
            count(*) filter (where d.is_returned) as n_returned,
            count(*) filter (where d.is_nil) as n_nil,
            count(*) filter (where d.is_estimated) as n_estimated,
            count(*) filter (where d.is_under_review) as n_under_review
        from duty as d
        group by d.span, d.is_of_plan, d.forms, d.level, d.group_key
    ),
    open_duty as (
        select u.span, u.level, u.group_key, u.row_fund, u.row_activity, u.indicator_code, u.measure,
            count(*) filter (where u.has_missing) as n_missing,
            count(*) filter (where not u.has_missing) as n_disputed
        from open_unit as u
        inner join forms_of_row as o on u.indicator_code = o.indicator_code and u.row_fund = o.row_fund
        inner join duty as d
            on u.span = d.span and u.level = d.level and u.group_key = d.group_key and u.unit_key = d.unit_key
            and o.forms = d.forms and (u.measure = 'plan') = d.is_of_plan
        where not d.is_report_missing
        group by u.span, u.level, u.group_key, u.row_fund, u.row_activity, u.indicator_code, u.measure
    ),
    -- a form in no calendar owes what its own lines name
    named as (
        select n.span, n.level, n.group_key, n.row_fund, n.row_activity, n.indicator_code, n.measure, count(*) as n_owed,
            count(*) filter (where n.has_missing) as n_missing,
            count(*) filter (where not n.has_missing and n.has_disputed) as n_disputed
        from (
            select f.span, f.level, f.group_key, f.row_fund, f.row_activity, f.indicator_code, f.measure, f.unit_key,
                bool_or(f.state = 'missing') as has_missing, bool_or(f.state = 'disputed') as has_disputed
            from figure as f
            left join forms_of_row as o on f.indicator_code = o.indicator_code and f.row_fund = o.row_fund
            where f.carried_into = '' and o.is_in_calendar is not true
            group by f.span, f.level, f.group_key, f.row_fund, f.row_activity, f.indicator_code, f.measure, f.unit_key
        ) as n
        group by n.span, n.level, n.group_key, n.row_fund, n.row_activity, n.indicator_code, n.measure
    ),
    -- an activity or fund that is not in force asks nobody
    counted as (
        select a.span, a.level, a.group_key, a.budget_year, a.row_fund, a.row_activity, a.indicator_code, a.measure,
            coalesce(n.n_owed, d.n_owed) as n_owed, coalesce(n.n_owed, d.n_reported) as n_reported,
            coalesce(n.n_missing, d.n_report_missing + coalesce(u.n_missing, 0)) as n_missing,
            coalesce(n.n_disputed, case when d.n_owed is not null then coalesce(u.n_disputed, 0) end) as n_disputed,
            d.n_returned, d.n_nil, d.n_estimated, d.n_under_review
        from amount as a
        inner join asked as q on a.span = q.span
        left join named as n
            on a.span = n.span and a.level = n.level and a.group_key = n.group_key and a.row_fund = n.row_fund
            and a.row_activity = n.row_activity and a.indicator_code = n.indicator_code and a.measure = n.measure
        left join activities as v on a.row_activity = v.activity_code
        left join funds as f on a.row_fund = f.fund_code
        left join forms_of_row as o
            on a.indicator_code = o.indicator_code and a.row_fund = o.row_fund and n.n_owed is null
            and q.period_end >= coalesce(v.valid_from, q.period_end)
            and q.period_end <= coalesce(v.valid_to, q.period_end)
            and q.period_end <= coalesce(f.valid_to, q.period_end)
        left join duty_count as d
            on a.span = d.span and a.level = d.level and a.group_key = d.group_key and o.forms = d.forms
            and (a.measure = 'plan') = d.is_of_plan
        left join open_duty as u
            on a.span = u.span and a.level = u.level and a.group_key = u.group_key and a.row_fund = u.row_fund
            and a.row_activity = u.row_activity and a.indicator_code = u.indicator_code and a.measure = u.measure
    ),
    -- what each figure of a unit is compared with, on the row where the unit's figure stands
    unit_key_of_figure as (
        select distinct f.span, f.unit_key, f.fund_code, f.activity_code, f.indicator_code, f.measure
        from all_figure as f
        where f.measure <> 'plan' and (p_indicators is null or f.indicator_code = any(p_indicators))
        union all
        select n.span, n.unit_key, n.fund_code, n.activity_code, n.indicator_code, n.measure from nought as n
    ),
    plan_of_figure as (
        select u.span, u.unit_key, u.fund_code, u.activity_code, u.indicator_code, u.measure, s.answering_key,
            s.plan_indicator_code, s.plan_value, s.n_parts, s.is_open
        from unit_key_of_figure as u
        inner join denominator as d on u.indicator_code = d.indicator_code and u.fund_code = d.fund_code
        inner join plan_standing as s
            on u.span = s.span and u.unit_key = s.unit_key and u.fund_code = s.fund_code
            and u.activity_code = s.activity_code and d.plan_indicator_code = s.plan_indicator_code
    ),
    plan as (
        select f.span, p.level, p.group_key, case when 'fund' = any(p_total) then 'all' else f.fund_code end as row_fund,
            case when 'activity' = any(p_total) then 'all' else f.activity_code end as row_activity,
            f.indicator_code, f.measure,
            string_agg(distinct f.plan_indicator_code, '+' order by f.plan_indicator_code) as plan_indicator_code,
            sum(release.share_of(f.plan_value, p.share_from, p.share_to)) as plan_value,
            sum(f.n_parts) as n_parts, bool_or(f.is_open) as is_open,
            sum(release.share_of(f.plan_value, p.share_from, p.share_to)) filter (where d.is_reported) as plan_reported,
            sum(release.share_of(f.plan_value, p.share_from, p.share_to)) filter (where d.unit_key is not null) as plan_owed
        from plan_of_figure as f
        inner join place as p on f.span = p.span and f.unit_key = p.unit_key
        left join forms_of_row as o
            on f.indicator_code = o.indicator_code
            and case when 'fund' = any(p_total) then 'all' else f.fund_code end = o.row_fund
        left join (
            select distinct on (d.span, d.forms, d.unit_key) d.span, d.forms, d.unit_key, d.is_reported
            from duty as d
            where not d.is_of_plan
        ) as d on f.span = d.span and o.forms = d.forms and f.answering_key = d.unit_key
        group by 1, 2, 3, 4, 5, 6, 7
    ),
    before as (
        select c.span, p.level, p.group_key, case when 'fund' = any(p_total) then 'all' else c.fund_code end as row_fund,
            case when 'activity' = any(p_total) then 'all' else c.activity_code end as row_activity,
            c.indicator_code, c.measure,
            sum(release.share_of(c.before_value, p.share_from, p.share_to)) as prior_value,
            sum(release.share_of(c.now_value, p.share_from, p.share_to)) as same_units_value,
            count(distinct c.answering_key) as n_same_units
        from compared as c
        inner join unit_key_of_figure as u
            on c.span = u.span and c.answering_key = u.unit_key and c.fund_code = u.fund_code
            and c.activity_code = u.activity_code and c.indicator_code = u.indicator_code and c.measure = u.measure
        inner join place as p on c.span = p.span and c.answering_key = p.unit_key
        where c.is_compared
        group by 1, 2, 3, 4, 5, 6, 7
    ),
    -- only sums are added over units; establishments are counted once; anything else stands alone or is not shown
    shown as (
        select a.*, i.aggregation = 'sum' as is_additive, q.period_start, q.period_end,
            case
                when i.aggregation = 'sum' or (a.n_figures = 1 and a.level = 'unit' and i.aggregation <> 'distinct') then 'sum'
                when i.aggregation = 'distinct' and q.before_end is null and a.has_establishments then 'distinct'
                when i.aggregation = 'distinct' and (q.before_end is null or a.measure = 'plan') and a.n_figures = 1
                    and a.level = 'unit' then 'sum'
                else 'none'
            end as way
        from amount as a
        inner join indicators as i on a.indicator_code = i.indicator_code
        inner join asked as q on a.span = q.span
    ),
    summed as (
        select s.span, s.level, s.group_key, s.budget_year, s.row_fund, s.row_activity, s.indicator_code, s.measure,
            s.is_additive, s.status, s.way, s.period_start, s.period_end,
            case s.way when 'sum' then coalesce(s.accepted, 0) when 'distinct' then e.distinct_accepted end as accepted,
            case s.way when 'sum' then coalesce(s.disputed, 0) when 'distinct' then e.distinct_disputed end as disputed,
            case when s.way <> 'none' then coalesce(s.disputed_low, 0) end as disputed_low,
            case when s.way <> 'none' then coalesce(s.disputed_high, 0) end as disputed_high,
            case when s.way <> 'none' then coalesce(s.missing_low, 0) end as missing_low,
            case when s.way <> 'none' then coalesce(s.missing_high, 0) end as missing_high
        from shown as s
        left join established as e
            on s.span = e.span and s.level = e.level and s.group_key = e.group_key and s.budget_year = e.budget_year
            and s.row_fund = e.row_fund and s.row_activity = e.row_activity and s.indicator_code = e.indicator_code
            and s.measure = e.measure
    ),
    joined as (
        select s.*, coalesce(c.n_owed, 0) as n_owed, coalesce(c.n_reported, 0) as n_reported,
            coalesce(c.n_missing, 0) as n_missing, coalesce(c.n_disputed, 0) as n_disputed,
            coalesce(c.n_returned, 0) as n_returned, coalesce(c.n_nil, 0) as n_nil,
            coalesce(c.n_estimated, 0) as n_estimated, coalesce(c.n_under_review, 0) as n_under_review,
            coalesce(b.n_unbounded, 0) as n_unbounded,
            case when s.is_additive or s.level = 'unit' and s.way = 'sum' and p.n_parts = 1 then p.plan_value end as plan_value,
            p.plan_indicator_code, p.plan_reported, p.plan_owed, p.is_open, y.prior_value, y.same_units_value, y.n_same_units
        from summed as s
        left join counted as c
            on s.span = c.span and s.level = c.level and s.group_key = c.group_key and s.budget_year = c.budget_year
            and s.row_fund = c.row_fund and s.row_activity = c.row_activity and s.indicator_code = c.indicator_code
            and s.measure = c.measure
        left join unbounded as b
            on s.span = b.span and s.level = b.level and s.group_key = b.group_key and s.row_fund = b.row_fund
            and s.row_activity = b.row_activity and s.indicator_code = b.indicator_code and s.measure = b.measure
        left join plan as p
            on s.span = p.span and s.level = p.level and s.group_key = p.group_key and s.row_fund = p.row_fund
            and s.row_activity = p.row_activity and s.indicator_code = p.indicator_code and s.measure = p.measure
        left join before as y
            on s.span = y.span and s.level = y.level and s.group_key = y.group_key and s.row_fund = y.row_fund
            and s.row_activity = y.row_activity and s.indicator_code = y.indicator_code and s.measure = y.measure
    ),
    money_stage as (
        select distinct d.indicator_code from denominator as d where d.is_money_stage
    )
    select j.span, j.level, j.group_key, j.budget_year,
        case when j.measure = 'plan' then register.year_start(j.budget_year) else j.period_start end,
        case when j.measure = 'plan' then register.year_end(j.budget_year) else j.period_end end,
        j.row_fund, j.row_activity, j.indicator_code, j.measure, j.is_additive,
        j.accepted, j.disputed, j.disputed_low, j.disputed_high, j.missing_low, j.missing_high,
        j.accepted + j.disputed_low + j.missing_low, j.accepted + j.disputed_high + j.missing_high,
        j.n_owed, j.n_reported, j.n_owed - j.n_missing - j.n_disputed, j.n_disputed, j.n_missing, j.n_returned, j.n_nil,
        j.n_estimated, j.n_under_review, j.n_unbounded,
        case
            when j.n_missing > 0 then 'missing' when j.status = 'accepted' and j.n_disputed > 0 then 'disputed' else j.status
        end,
        case when j.plan_value is not null then j.plan_indicator_code end, j.plan_value,
        round(100 * j.accepted / nullif(j.plan_value, 0), 2), j.prior_value, j.same_units_value, coalesce(j.n_same_units, 0),
        round(100 * (j.same_units_value / nullif(j.prior_value, 0) - 1), 2),
        round(100.0 * j.n_reported / nullif(j.n_owed, 0), 2),
        case
            when j.n_owed > 0 and j.plan_value is not null and j.measure <> 'plan'
                then round(100 * coalesce(j.plan_reported, 0) / nullif(j.plan_owed, 0), 2)
        end,
        concat_ws(
            ',',
            case when m.indicator_code is not null and j.accepted > j.plan_value * above.parameter_value / 100 then 'above-plan' end,
            case
                when m.indicator_code is not null and j.accepted > j.plan_value * above.parameter_value / 100 and j.is_open
                    then 'plan-open'
            end,
            case
                when m.indicator_code is not null and j.prior_value > 0 and j.same_units_value > 0
                    and (
                        j.same_units_value > j.prior_value * growth.parameter_value
                        or j.same_units_value < j.prior_value / growth.parameter_value
                    ) then 'growth'
            end
        )
    from joined as j
    left join money_stage as m on j.indicator_code = m.indicator_code
    left join parameters as above on above.parameter_code = 'plan_pct_most'
    left join parameters as growth on growth.parameter_code = 'growth_most_times';
end
$$;
comment on function release.rollup_spans is
'Rows of a roll-up of one release for many spans and levels: amounts as accepted + disputed + missing, counts, comparators.';
