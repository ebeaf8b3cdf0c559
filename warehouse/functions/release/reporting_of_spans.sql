-- Whether every unit behind an answering unit has a report of a form in force, or a nil one, at the end of a span, at the month
-- before its start, and (is_year_before) at the same months one year earlier.
create function release.reporting_of_spans(p_release bigint, p_starts date [], p_ends date [], p_run bigint default null)
returns table (span integer, answering_key text, form_code text, is_year_before boolean, is_known boolean)
language plpgsql stable set enable_nestloop = off as $$
#variable_conflict use_column
declare
    v_run bigint := coalesce(p_run, release.run_of(p_release));
begin
    return query
    with
    units as materialized (
        select t.* from jsonb_populate_recordset(null::register.units, release.register_table(v_run, 'units')) as t
    ),
    asked as materialized (
        select a.span::integer, a.period_end as compared_at, w.is_year_before, w.month_end
        from unnest(p_starts, p_ends) with ordinality as a (period_start, period_end, span)
        cross join lateral (
            values (false, a.period_end), (true, release.year_before(a.period_end)),
                (false, case when register.month_of_year(a.period_start) > 1 then a.period_start - 1 end),
                (true, case when register.month_of_year(a.period_start) > 1 then release.year_before(a.period_start - 1) end)
        ) as w (is_year_before, month_end)
        where w.month_end is not null
    ),
    -- the map of the span's end, whatever the month of the report
    answering as materialized (
        select d.compared_at, m.unit_key, m.answering_key
        from (select array_agg(distinct compared_at order by compared_at) as ends from asked) as e
        cross join lateral unnest(e.ends) with ordinality as d (compared_at, position)
        inner join lateral release.answering_units(e.ends, v_run) as m on m.span = d.position
    ),
    report as materialized (
        select r.unit_key, r.form_code, r.period_end, bool_or(r.state in ('in_force', 'nil')) as is_known
        from release.visible_reports(p_release) as r
        group by r.unit_key, r.form_code, r.period_end
    ),
    form as (select distinct r.form_code, r.period_end from report as r where r.is_known),
    -- every unit that was there then must have reported
    behind as (
        select a.span, a.is_year_before, a.month_end, m.answering_key, m.unit_key
        from asked as a
        inner join answering as m on a.compared_at = m.compared_at
        inner join units as u on m.unit_key = u.unit_key and u.unit_kind <> 'group'
        where a.month_end between u.valid_from and coalesce(u.valid_to, 'infinity'::date)
    )
    select b.span, b.answering_key, f.form_code, b.is_year_before,
        bool_and(coalesce(r.is_known, false))
        and count(distinct b.month_end) = (
            select count(distinct q.month_end) from asked as q where q.span = b.span and q.is_year_before = b.is_year_before
        )
    from behind as b
    inner join form as f on b.month_end = f.period_end
    left join report as r
        on b.unit_key = r.unit_key and f.form_code = r.form_code and b.month_end = r.period_end
    group by b.span, b.answering_key, f.form_code, b.is_year_before;
end
$$;
comment on function release.reporting_of_spans is
'Whether all units behind an answering unit have a form in force or nil, at the ends of a span and a year before.';
