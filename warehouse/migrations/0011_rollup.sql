-- From the open rows of a release to figures, and from figures to rows of a roll-up. plpgsql, because the register's
-- seed tables are made by dbt after the migrations: the bodies are bound when they run. The planner takes what functions and
-- CTEs return for a few rows each, so the two that join tens of thousands must not loop over them.

-- Where a unit stands on a map. geography null: as reported. A closed unit is followed through whole mergers; a unit that
-- is younger than the map is one row of its own, never divided. The region is read by the law of the time of the map.
create function release.unit_map(geography date, on_date date)
returns table (unit_key text, mapped_key text, region_key text)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    with recursive reporting_unit as (
        select u.unit_key, u.valid_from, coalesce(u.valid_to, 'infinity'::date) as valid_to
        from register.units as u
        where u.unit_kind <> 'group'
    ),
    whole as (
        select s.predecessor_key, s.successor_key, s.effective_date
        from register.successions as s
        where s.succession_kind = 'whole'
    ),
    onward as (
        select u.unit_key as origin_key, u.unit_key as current_key
        from reporting_unit as u
        union
        select o.origin_key, w.successor_key
        from onward as o
        inner join whole as w on o.current_key = w.predecessor_key and w.effective_date <= geography
    ),
    back as (
        select u.unit_key as origin_key, u.unit_key as current_key
        from reporting_unit as u
        where u.valid_from > geography
        union
        select b.origin_key, w.predecessor_key
        from back as b
        inner join whole as w on b.current_key = w.successor_key and w.effective_date > geography
    ),
    ancestor as (
        select b.origin_key, u.unit_key, g.group_key
        from back as b
        inner join reporting_unit as u
            on b.current_key = u.unit_key and geography between u.valid_from and u.valid_to
        left join register.group_members as g
            on u.unit_key = g.unit_key and geography between g.valid_from and coalesce(g.valid_to, 'infinity'::date)
    ),
    undivided as (
        select a.origin_key, 'not-apportionable:' || a.origin_key as mapped_key,
            case
                when count(distinct a.group_key) = 1 and bool_and(a.group_key is not null) then min(a.group_key)
                else 'not-apportionable:' || a.origin_key
            end as region_key
        from ancestor as a
        group by a.origin_key
    ),
    placed as (
        select u.unit_key,
            coalesce(d.mapped_key, max(v.unit_key), u.unit_key) as mapped_key,
            d.region_key
        from reporting_unit as u
        left join undivided as d on u.unit_key = d.origin_key
        left join onward as o on u.unit_key = o.origin_key
        left join reporting_unit as v
            on o.current_key = v.unit_key and geography between v.valid_from and v.valid_to
        group by u.unit_key, d.mapped_key, d.region_key
    )
    select p.unit_key, p.mapped_key, coalesce(p.region_key, max(g.group_key), p.mapped_key)
    from placed as p
    left join reporting_unit as m on p.mapped_key = m.unit_key
    left join register.group_members as g
        on m.unit_key = g.unit_key
        -- a unit that is closed, or not yet born, is read on its nearest day
        and greatest(least(coalesce(geography, on_date), m.valid_to), m.valid_from)
        between g.valid_from and coalesce(g.valid_to, 'infinity'::date)
    group by p.unit_key, p.mapped_key, p.region_key;
end
$$;
comment on function release.unit_map is 'Each reporting unit, the unit that it is on a map, and its region there.';

-- The figures of a release for spans of months within one budget year, one row a figure key. A span not from January is
-- ytd(end) - ytd(month before start), accepted only if both are. Plans are those in force at the end.
create function release.figures(p_release bigint, p_starts date [], p_ends date [])
returns table (
    span integer, budget_year integer, unit_key text, carried_into text, fund_code text, activity_code text,
    indicator_code text, measure text, project_key text, establishment_key text, state text, value numeric,
    low numeric, high numeric
)
language plpgsql stable set enable_nestloop = off as $$
#variable_conflict use_column
begin
    return query
    with asked as (
        select a.span::integer, a.period_start, a.period_end, extract(year from a.period_end)::integer as budget_year,
            case when extract(month from a.period_start) > 1 then a.period_start - 1 end as before_end
        from unnest(p_starts, p_ends) with ordinality as a (period_start, period_end, span)
    ),
    visible as (
        select * from release.contribution as c
        where c.opened_release <= p_release and (c.closed_release is null or c.closed_release > p_release)
    ),
    at_end as (
        select a.span, a.before_end, c.*
        from asked as a
        inner join visible as c
            on a.period_end = c.period_end and a.budget_year = c.budget_year and c.measure <> 'plan'
    ),
    plan as (
        select a.span, c.*
        from asked as a
        inner join visible as c
            on a.budget_year = c.budget_year and c.measure = 'plan' and c.effective_from <= a.period_end
            and (c.effective_to is null or c.effective_to > a.period_end)
    ),
    form_of as (
        select s.indicator_code, s.fund_code, s.form_code from register.indicator_sources as s
    ),
    -- who stands at the end for a unit that has closed in between
    heir as (
        select a.span, m.unit_key, m.mapped_key
        from asked as a cross join lateral release.unit_map(a.period_end, a.period_end) as m
        where a.before_end is not null
    ),
    now_row as (
        select e.span, e.budget_year, e.unit_key, e.carried_into, e.fund_code, e.activity_code, e.indicator_code,
            e.project_key, e.establishment_key, e.state, e.value, e.low, e.high
        from at_end as e where e.before_end is not null and e.measure = 'ytd'
    ),
    before_row as (
        select a.span, a.budget_year, coalesce(same.unit_key, h.mapped_key) as unit_key, c.fund_code, c.activity_code,
            c.indicator_code, c.project_key, c.establishment_key,
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
        group by a.span, a.budget_year, 3, c.fund_code, c.activity_code, c.indicator_code, c.project_key,
            c.establishment_key
    ),
    before_report as (
        select a.span, h.mapped_key as unit_key, r.form_code, bool_and(r.state in ('in_force', 'nil')) as is_known,
            bool_or(r.is_owed) as is_owed
        from asked as a
        inner join release.report as r on a.before_end = r.period_end
        inner join heir as h on a.span = h.span and r.unit_key = h.unit_key
        where r.opened_release <= p_release and (r.closed_release is null or r.closed_release > p_release)
        group by a.span, h.mapped_key, r.form_code
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
            coalesce(n.state, 'accepted') as now_state,
            b.state as before_state,
            case when n.state is null then 0 else n.value end as now_value, b.value as before_value,
            case when n.state is null then 0 when n.state in ('accepted', 'carried') then n.value else n.low end as now_low,
            case when n.state is null then 0 when n.state in ('accepted', 'carried') then n.value else n.high end as now_high,
            b.low as before_low, b.high as before_high
        from now_row as n
        full join before_row as b
            on n.span = b.span and n.unit_key = b.unit_key and n.fund_code = b.fund_code
            and n.activity_code = b.activity_code and n.indicator_code = b.indicator_code
            and n.project_key = b.project_key and n.establishment_key = b.establishment_key
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
        e.project_key, e.establishment_key, e.state, e.value, e.low, e.high
    from at_end as e where e.before_end is null or e.measure <> 'ytd'
    union all
    select p.span, p.budget_year, p.unit_key, p.carried_into, p.fund_code, p.activity_code, p.indicator_code, p.measure,
        p.project_key, p.establishment_key, p.state, p.value, p.low, p.high
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
        case when j.state in ('disputed', 'missing') then j.now_high - coalesce(j.before_low, 0) end
    from judged as j;
end
$$;
comment on function release.figures is 'Figures of a release for spans of months, one row a figure key.';

-- Rows of a roll-up, many spans at once. p_geographies[i] null: as reported. p_level: unit, region or nation.
-- p_total: dimensions (fund, activity) that are added up and shown as 'all'; every other one is broken out.
create function release.rollup_spans(
    p_release bigint, p_starts date [], p_ends date [], p_geographies date [], p_funds text [], p_activities text [],
    p_indicators text [], p_level text, p_total text []
)
returns table (
    span integer, unit_key text, budget_year integer, period_start date, period_end date, fund_code text,
    activity_code text, indicator_code text, measure text, is_additive boolean, accepted numeric, disputed numeric,
    disputed_low numeric, disputed_high numeric, missing_low numeric, missing_high numeric, at_least numeric,
    at_most numeric, n_owed bigint, n_reported bigint, n_accepted bigint, n_disputed bigint, n_missing bigint,
    n_returned bigint, n_nil bigint, n_estimated bigint, n_under_review bigint, n_unbounded bigint, status text
)
language plpgsql stable set enable_nestloop = off as $$
#variable_conflict use_column
begin
    return query
    with asked as materialized (
        select a.span::integer, a.period_start, a.period_end, a.geography,
            case when extract(month from a.period_start) > 1 then a.period_start - 1 end as before_end
        from unnest(p_starts, p_ends, p_geographies) with ordinality as a (period_start, period_end, geography, span)
    ),
    place as materialized (
        select a.span, m.unit_key,
            case p_level when 'unit' then m.mapped_key when 'region' then m.region_key else 'viet-nam' end as group_key
        from asked as a cross join lateral release.unit_map(a.geography, a.period_end) as m
    ),
    -- who answers at the end of the span for a unit that closed within it
    heir as materialized (
        select a.span, m.unit_key, m.mapped_key
        from asked as a cross join lateral release.unit_map(a.period_end, a.period_end) as m
        where a.before_end is not null
    ),
    figure as materialized (
        select f.*, p.group_key,
            case when 'fund' = any(p_total) then 'all' else f.fund_code end as row_fund,
            case when 'activity' = any(p_total) then 'all' else f.activity_code end as row_activity
        from release.figures(p_release, p_starts, p_ends) as f
        inner join place as p on f.span = p.span and f.unit_key = p.unit_key
        where (p_funds is null or f.fund_code = any(p_funds))
            and (p_activities is null or f.activity_code = any(p_activities))
            and (p_indicators is null or f.indicator_code = any(p_indicators))
    ),
    amount as (
        select f.span, f.group_key, f.budget_year, f.row_fund, f.row_activity, f.indicator_code, f.measure,
            sum(f.value) filter (where f.state in ('accepted', 'carried')) as accepted,
            sum(f.value) filter (where f.state = 'disputed') as disputed,
            sum(f.low) filter (where f.state = 'disputed') as disputed_low,
            sum(f.high) filter (where f.state = 'disputed') as disputed_high,
            sum(f.low) filter (where f.state = 'missing') as missing_low,
            sum(f.high) filter (where f.state = 'missing') as missing_high,
            count(distinct f.unit_key) filter (
                where f.state in ('disputed', 'missing') and f.high is null and f.carried_into = ''
            ) as n_unbounded,
            count(*) as n_figures,
            bool_or(f.establishment_key <> '') as has_establishments,
            count(distinct f.establishment_key) filter (where f.state in ('accepted', 'carried')) as distinct_accepted,
            count(distinct f.establishment_key) filter (where f.state = 'disputed') as distinct_disputed,
            case
                when bool_or(f.state = 'missing') then 'missing' when bool_or(f.state = 'disputed') then 'disputed'
                else 'accepted'
            end as status
        from figure as f
        group by f.span, f.group_key, f.budget_year, f.row_fund, f.row_activity, f.indicator_code, f.measure
    ),
    report as materialized (
        select r.* from release.report as r
        where r.is_owed and r.opened_release <= p_release
            and (r.closed_release is null or r.closed_release > p_release)
    ),
    duty as materialized (
        select d.span, d.unit_key, p.group_key, d.form_code, d.state, d.is_estimated, d.is_under_review
        from (
            select a.span, r.unit_key, r.form_code, r.state, r.is_estimated,
                r.sha256_under_review is not null as is_under_review
            from asked as a inner join report as r on a.period_end = r.period_end
            union all
            select a.span, h.mapped_key, r.form_code, r.state, r.is_estimated, false
            from asked as a
            inner join report as r on a.before_end = r.period_end
            inner join heir as h on a.span = h.span and r.unit_key = h.unit_key
        ) as d
        inner join place as p on d.span = p.span and d.unit_key = p.unit_key
    ),
    form_of_row as (
        select distinct s.indicator_code, s.form_code,
            case when 'fund' = any(p_total) then 'all' else s.fund_code end as row_fund
        from register.indicator_sources as s
        where p_funds is null or s.fund_code = any(p_funds)
    ),
    unit_in_row as (
        select f.span, f.group_key, f.row_fund, f.row_activity, f.indicator_code, f.measure, f.unit_key,
            bool_or(f.state = 'missing') as has_missing, bool_or(f.state = 'disputed') as has_disputed
        from figure as f
        where f.carried_into = ''
        group by f.span, f.group_key, f.row_fund, f.row_activity, f.indicator_code, f.measure, f.unit_key
    ),
    -- which forms a row asks for; an activity or fund that is not in force asks for none
    asking as materialized (
        select a.span, a.group_key, a.row_fund, a.row_activity, a.indicator_code, a.measure, s.form_code
        from amount as a
        inner join form_of_row as s on a.indicator_code = s.indicator_code and a.row_fund = s.row_fund
        inner join asked as q on a.span = q.span
        left join register.activities as v on a.row_activity = v.activity_code
        left join register.funds as n on a.row_fund = n.fund_code
        where q.period_end >= coalesce(v.valid_from, q.period_end)
            and q.period_end <= coalesce(v.valid_to, q.period_end)
            and q.period_end <= coalesce(n.valid_to, q.period_end)
    ),
    -- a form in no calendar owes what its own lines name
    owed as (
        select a.span, a.group_key, a.row_fund, a.row_activity, a.indicator_code, a.measure, d.unit_key,
            bool_or(d.state in ('missing', 'returned')) as is_report_missing,
            bool_or(d.state = 'returned') as is_returned,
            bool_or(d.state in ('in_force', 'nil')) as is_reported,
            bool_or(d.state = 'nil') as is_nil,
            bool_or(d.is_estimated) as is_estimated,
            bool_or(d.is_under_review) as is_under_review
        from asking as a
        inner join duty as d
            on a.span = d.span and a.group_key = d.group_key and a.form_code = d.form_code
        group by a.span, a.group_key, a.row_fund, a.row_activity, a.indicator_code, a.measure, d.unit_key
        union all
        select u.span, u.group_key, u.row_fund, u.row_activity, u.indicator_code, u.measure, u.unit_key,
            false, false, true, false, false, false
        from unit_in_row as u
        where not exists (
            select 1 from form_of_row as s
            inner join register.calendar as c on s.form_code = c.form_code
            where s.indicator_code = u.indicator_code and s.row_fund = u.row_fund
        )
    ),
    counted as (
        select o.span, o.group_key, o.row_fund, o.row_activity, o.indicator_code, o.measure,
            count(*) as n_owed,
            count(*) filter (where o.is_reported) as n_reported,
            count(*) filter (where o.is_report_missing or u.has_missing) as n_missing,
            count(*) filter (where not o.is_report_missing and not coalesce(u.has_missing, false) and u.has_disputed)
                as n_disputed,
            count(*) filter (where o.is_returned) as n_returned,
            count(*) filter (where o.is_nil) as n_nil,
            count(*) filter (where o.is_estimated) as n_estimated,
            count(*) filter (where o.is_under_review) as n_under_review
        from owed as o
        left join unit_in_row as u
            on o.span = u.span and o.group_key = u.group_key and o.row_fund = u.row_fund
            and o.row_activity = u.row_activity and o.indicator_code = u.indicator_code
            and o.measure = u.measure and o.unit_key = u.unit_key
        group by o.span, o.group_key, o.row_fund, o.row_activity, o.indicator_code, o.measure
    ),
    -- only sums are added over units; establishments are counted once; anything else stands alone or is not shown
    shown as (
        select a.*, i.aggregation = 'sum' as is_additive,
            case
                when i.aggregation = 'sum' or (a.n_figures = 1 and p_level = 'unit' and i.aggregation <> 'distinct') then 'sum'
                when i.aggregation = 'distinct' and q.before_end is null and a.has_establishments then 'distinct'
                when i.aggregation = 'distinct' and q.before_end is null and a.n_figures = 1 and p_level = 'unit' then 'sum'
                else 'none'
            end as way
        from amount as a
        inner join register.indicators as i on a.indicator_code = i.indicator_code
        inner join asked as q on a.span = q.span
    ),
    summed as (
        select s.*,
            case s.way when 'sum' then coalesce(s.accepted, 0) when 'distinct' then s.distinct_accepted end as accepted_shown,
            case s.way when 'sum' then coalesce(s.disputed, 0) when 'distinct' then s.distinct_disputed end as disputed_shown,
            case when s.way <> 'none' then coalesce(s.disputed_low, 0) end as disputed_low_shown,
            case when s.way <> 'none' then coalesce(s.disputed_high, 0) end as disputed_high_shown,
            case when s.way <> 'none' then coalesce(s.missing_low, 0) end as missing_low_shown,
            case when s.way <> 'none' then coalesce(s.missing_high, 0) end as missing_high_shown
        from shown as s
    )
    select s.span, s.group_key, s.budget_year,
        case when s.measure = 'plan' then make_date(s.budget_year, 1, 1) else q.period_start end,
        case when s.measure = 'plan' then make_date(s.budget_year, 12, 31) else q.period_end end,
        s.row_fund, s.row_activity, s.indicator_code, s.measure, s.is_additive,
        s.accepted_shown, s.disputed_shown, s.disputed_low_shown, s.disputed_high_shown, s.missing_low_shown,
        s.missing_high_shown,
        s.accepted_shown + s.disputed_low_shown + s.missing_low_shown,
        s.accepted_shown + s.disputed_high_shown + s.missing_high_shown,
        coalesce(c.n_owed, 0), coalesce(c.n_reported, 0),
        coalesce(c.n_owed - c.n_missing - c.n_disputed, 0), coalesce(c.n_disputed, 0), coalesce(c.n_missing, 0),
        coalesce(c.n_returned, 0), coalesce(c.n_nil, 0), coalesce(c.n_estimated, 0), coalesce(c.n_under_review, 0),
        s.n_unbounded,
        case when c.n_missing > 0 then 'missing' when s.status = 'accepted' and c.n_disputed > 0 then 'disputed' else s.status end
    from summed as s
    inner join asked as q on s.span = q.span
    left join counted as c
        on s.span = c.span and s.group_key = c.group_key and s.row_fund = c.row_fund
        and s.row_activity = c.row_activity and s.indicator_code = c.indicator_code and s.measure = c.measure;
end
$$;
comment on function release.rollup_spans is
    'Rows of a roll-up of one release for many spans: amounts as accepted + disputed + missing, counts of units.';

-- One span, with names: what `kc rollup` prints.
create function release.rollup(
    p_release bigint, p_start date, p_end date, p_funds text [], p_activities text [], p_indicators text [],
    p_geography date, p_level text, p_total text []
)
returns table (
    unit_key text, unit_name text, budget_year integer, period_start date, period_end date, fund_code text,
    activity_code text, indicator_code text, measure text, unit text, is_additive boolean, accepted numeric,
    disputed numeric, disputed_low numeric, disputed_high numeric, missing_low numeric, missing_high numeric,
    at_least numeric, at_most numeric, n_owed bigint, n_reported bigint, n_accepted bigint, n_disputed bigint,
    n_missing bigint, n_returned bigint, n_nil bigint, n_estimated bigint, n_under_review bigint, n_unbounded bigint,
    status text
)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    select r.unit_key, coalesce(u.unit_name, r.unit_key), r.budget_year, r.period_start, r.period_end, r.fund_code,
        r.activity_code, r.indicator_code, r.measure, release.stored_unit(i.unit), r.is_additive, r.accepted, r.disputed,
        r.disputed_low, r.disputed_high, r.missing_low, r.missing_high, r.at_least, r.at_most, r.n_owed, r.n_reported,
        r.n_accepted, r.n_disputed, r.n_missing, r.n_returned, r.n_nil, r.n_estimated, r.n_under_review, r.n_unbounded,
        r.status
    from release.rollup_spans(
        p_release, array[p_start], array[p_end], array[p_geography], p_funds, p_activities, p_indicators, p_level, p_total
    ) as r
    inner join register.indicators as i on r.indicator_code = i.indicator_code
    left join register.units as u on r.unit_key = u.unit_key
    order by r.unit_key, r.measure, r.indicator_code, r.fund_code, r.activity_code;
end
$$;

-- Money is stored in đồng whatever unit the register's indicator is written in.
create function release.stored_unit(written_unit text) returns text
language sql immutable parallel safe as $$
    select case when written_unit in ('triệu đồng', 'tỷ đồng', 'nghìn đồng') then 'đồng' else written_unit end
$$;

-- What a release says, one text a row: keys, states and amounts, never numbers of releases or rows, paths, hosts or times
-- of runs. Its sha256 is the same wherever and in whatever order the same bytes were read.
create function release.content_hash(p_release bigint) returns text
language sql stable as $$
    with line as (
        select concat_ws('|', 'contribution', c.unit_key, c.budget_year, to_char(c.period_start, 'YYYY-MM-DD'),
            to_char(c.period_end, 'YYYY-MM-DD'), c.fund_code, c.activity_code, c.indicator_code, c.measure, c.project_key,
            c.establishment_key, c.line_reference, to_char(c.effective_from, 'YYYY-MM-DD'),
            coalesce(to_char(c.effective_to, 'YYYY-MM-DD'), ''), c.carried_into, c.state,
            coalesce(trim_scale(c.value)::text, ''), coalesce(trim_scale(c.low)::text, ''),
            coalesce(trim_scale(c.high)::text, '')) as content
        from release.contribution as c
        where c.opened_release <= p_release and (c.closed_release is null or c.closed_release > p_release)
        union all
        select concat_ws('|', 'report', r.unit_key, r.form_code, to_char(r.period_end, 'YYYY-MM-DD'), r.sender_role,
            r.document_no, r.is_owed, r.state, r.is_late, r.is_estimated, coalesce(r.sha256_in_force, ''),
            coalesce(r.sha256_under_review, ''))
        from release.report as r
        where r.opened_release <= p_release and (r.closed_release is null or r.closed_release > p_release)
    )
    select encode(sha256(convert_to(coalesce(string_agg(content, e'\n' order by content collate "C"), ''), 'UTF8')), 'hex')
    from line
$$;
comment on function release.content_hash is 'sha256 over the open rows of a release, sorted by key.';
