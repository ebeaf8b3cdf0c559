-- The same months of the year before, under the unit that answers for them at the end of the span. What is final is read from
-- the release at which it was signed. A unit that has lost a part since is left out.
create function release.figures_of_year_before(p_release bigint, p_starts date [], p_ends date [], p_run bigint default null)
returns table (
    span integer, unit_key text, fund_code text, activity_code text, indicator_code text, measure text, state text, value numeric,
    dimension_key text
)
language plpgsql stable set enable_nestloop = off as $$
#variable_conflict use_column
declare
    v_run bigint := coalesce(p_run, release.run_of(p_release));
    v_known_at timestamptz;
begin
    -- tonight reads what is signed now; an earlier night what was signed by then
    select r.as_of into v_known_at
    from release.run as r
    where r.run_key = v_run and r.run_key < (select max(run_key) from release.run);
    return query
    with
    asked as (
        select a.span::integer, (a.period_start - interval '1 year')::date as period_start,
            release.year_before(a.period_end) as period_end, a.period_end as compared_at
        from unnest(p_starts, p_ends) with ordinality as a (period_start, period_end, span)
    ),
    known as (
        select a.*,
            least(
                p_release,
                release.final_release(register.budget_year_of(a.period_end), a.period_end, v_known_at)
            ) as release_number
        from asked as a
        where exists (
            select 1 from release.contribution as c where c.period_end = a.period_end and c.measure in ('ytd', 'stock')
        )
    ),
    read_at as materialized (
        select k.release_number, array_agg(k.span order by k.span) as spans,
            array_agg(k.period_start order by k.span) as starts, array_agg(k.period_end order by k.span) as ends
        from known as k
        group by k.release_number
    ),
    place as materialized (
        select k.span, m.unit_key, m.mapped_key
        from known as k
        cross join lateral release.unit_map(k.compared_at, k.period_end, v_run) as m
        where m.share_from = 0 and m.share_to = 1 and m.mapped_key not like 'not-apportionable:%'
    )
    select p.span, p.mapped_key, f.fund_code, f.activity_code, f.indicator_code, f.measure, f.state, f.value, f.dimension_key
    from read_at as r
    cross join lateral release.figures(r.release_number, r.starts, r.ends, v_run) as f
    inner join place as p on r.spans[f.span] = p.span and f.unit_key = p.unit_key
    where f.measure in ('ytd', 'stock');
end
$$;
comment on function release.figures_of_year_before is
'Figures of the same months one year earlier, one row a figure, under the unit that answers for it now.';
