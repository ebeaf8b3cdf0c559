-- Who answers on a day for a unit of an earlier day: itself while it exists, else the unit that followed it by whole mergers.
create function release.answering_units(p_ends date [], p_run bigint default null)
returns table (span integer, unit_key text, answering_key text)
language sql stable as $$
    select distinct on (a.span, m.unit_key) a.span::integer, m.unit_key,
        -- what was divided after its merger still has one unit that answers for it
        case when m.mapped_key like 'not-apportionable:%' then m.unit_key else m.mapped_key end
    from unnest(p_ends) with ordinality as a (period_end, span)
    cross join lateral release.unit_map(a.period_end, a.period_end, p_run) as m
    order by a.span, m.unit_key, m.share_to - m.share_from desc, m.mapped_key
$$;
comment on function release.answering_units is 'For each span, who answers at its end for each reporting unit, closed ones included.';
