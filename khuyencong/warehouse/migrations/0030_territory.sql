-- Maps of the country, by rows of register.successions alone. A figure speaks of the territory that its unit had at the end of
-- its period; a map is the territory of a day. Between the two every change of territory is followed, whole or partial:
--   forwards (the map is younger): a whole merger hands everything on; a partial transfer divides the unit by the share that its
--     row decides, and without one the figure cannot be apportioned;
--   backwards (the map is older): a unit that took in others since then cannot be divided among them.
-- What cannot be apportioned is one row of its own, in a region when all that it may belong to lies there.
drop function release.unit_map(date, date);
create function release.unit_map(geography date, on_date date)
returns table (unit_key text, mapped_key text, region_key text, share_from numeric, share_to numeric)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    with recursive reporting_unit as (
        select u.unit_key, u.valid_from, coalesce(u.valid_to, 'infinity'::date) as valid_to,
            -- a unit that is closed, or not yet born, is read on its nearest day
            greatest(least(on_date, u.valid_to), u.valid_from) as read_on
        from register.units as u
        where u.unit_kind <> 'group'
    ),
    -- what becomes of a unit on a day of change: each row one part of it; without a decided share the part is not known
    handed as (
        select s.predecessor_key, s.effective_date, s.successor_key,
            case when s.succession_kind = 'whole' then 1 else s.share end as part
        from register.successions as s
        where s.effective_date <= geography
        union all
        select s.predecessor_key, s.effective_date, s.predecessor_key,
            case when count(s.share) = count(*) then 1 - sum(s.share) end
        from register.successions as s
        inner join reporting_unit as u on s.predecessor_key = u.unit_key and s.effective_date <= u.valid_to
        where s.effective_date <= geography
        group by s.predecessor_key, s.effective_date
        having bool_and(s.succession_kind <> 'whole')
    ),
    onward as (
        select u.unit_key as origin_key, u.unit_key as current_key, u.read_on as reached_on, 1::numeric as part
        from reporting_unit as u
        where u.read_on <= geography
        union all
        select o.origin_key, h.successor_key, h.effective_date, o.part * h.part
        from onward as o
        inner join handed as h on o.current_key = h.predecessor_key
        where h.effective_date = (
            select min(n.effective_date) from handed as n
            where n.predecessor_key = o.current_key and n.effective_date > o.reached_on
        )
    ),
    -- of whom a unit was made, the unit itself included where it was there before
    taken as (
        select s.successor_key, s.effective_date, s.predecessor_key
        from register.successions as s
        where s.effective_date > geography
        union
        select s.successor_key, s.effective_date, s.successor_key
        from register.successions as s
        inner join reporting_unit as u on s.successor_key = u.unit_key and s.effective_date > u.valid_from
        where s.effective_date > geography
    ),
    back as (
        select u.unit_key as origin_key, u.unit_key as current_key, u.read_on as reached_on
        from reporting_unit as u
        where u.read_on > geography
        union
        select b.origin_key, t.predecessor_key, t.effective_date - 1
        from back as b
        inner join taken as t on b.current_key = t.successor_key
        where t.effective_date = (
            select max(n.effective_date) from taken as n
            where n.successor_key = b.current_key and n.effective_date <= b.reached_on
        )
    ),
    reached as (
        select u.unit_key as origin_key, u.unit_key as current_key, 1::numeric as part
        from reporting_unit as u
        where geography is null
        union all
        select o.origin_key, o.current_key, sum(o.part) * case when count(o.part) = count(*) then 1 end
        from onward as o
        where not exists (
            select 1 from handed as h where h.predecessor_key = o.current_key and h.effective_date > o.reached_on
        )
        group by o.origin_key, o.current_key
        union all
        select b.origin_key, b.current_key, case when count(*) over (partition by b.origin_key) = 1 then 1 end
        from (
            select distinct b.origin_key, b.current_key
            from back as b
            where not exists (
                select 1 from taken as t where t.successor_key = b.current_key and t.effective_date <= b.reached_on
            )
        ) as b
    ),
    placed as (
        select r.origin_key, r.current_key, r.part, g.group_key,
            bool_and(r.part is not null) over of_origin as is_divided,
            sum(r.part) over (of_origin order by r.current_key) as part_to,
            row_number() over (of_origin order by r.current_key desc) = 1 as is_last
        from reached as r
        inner join reporting_unit as u on r.current_key = u.unit_key
        -- the region by the law of the map's day
        left join register.group_members as g
            on u.unit_key = g.unit_key
            and greatest(least(coalesce(geography, on_date), u.valid_to), u.valid_from)
            between g.valid_from and coalesce(g.valid_to, 'infinity'::date)
        where r.part is null or r.part > 0
        window of_origin as (partition by r.origin_key)
    )
    -- whatever the digits of the shares, the last part ends at the whole
    select p.origin_key, p.current_key, coalesce(p.group_key, p.current_key), p.part_to - p.part,
        case when p.is_last then 1 else p.part_to end
    from placed as p
    where p.is_divided
    union all
    select p.origin_key, 'not-apportionable:' || p.origin_key,
        case
            when count(distinct p.group_key) = 1 and bool_and(p.group_key is not null) then min(p.group_key)
            else 'not-apportionable:' || p.origin_key
        end,
        0, 1
    from placed as p
    where not p.is_divided
    group by p.origin_key;
end
$$;
comment on function release.unit_map is
'Each reporting unit of a day, the unit or units that it is on a map, its region there, and which part of it (0 to 1).';

-- The part of an amount between two points of the whole, cut at its own last digit, so that the parts add to the amount exactly.
create function release.share_of(amount numeric, share_from numeric, share_to numeric)
returns numeric
language sql immutable parallel safe
return case
    when share_from = 0 and share_to = 1 then amount
    else trunc(amount * share_to, scale(amount)) - trunc(amount * share_from, scale(amount))
end;
comment on function release.share_of is 'The part of an amount between two points of the whole; parts add up exactly.';

-- Rows of a roll-up, many spans at once. p_geographies[i] null: as reported. p_level: unit, region or nation.
-- p_total: dimensions (fund, activity) that are added up and shown as 'all'; every other one is broken out.
create or replace function release.rollup_spans(
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
        select a.span, m.unit_key, m.share_from, m.share_to,
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
        select f.span, f.budget_year, f.unit_key, f.carried_into, f.fund_code, f.activity_code, f.indicator_code, f.measure,
            f.project_key, f.establishment_key, f.state, p.group_key,
            release.share_of(f.value, p.share_from, p.share_to) as value,
            release.share_of(f.low, p.share_from, p.share_to) as low,
            release.share_of(f.high, p.share_from, p.share_to) as high,
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
