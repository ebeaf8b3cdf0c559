-- Maps of the country, by rows of register.successions alone. A figure speaks of the territory that its unit had at the end of
-- its period; a map is the territory of a day. Between the two every change of territory is followed, whole or partial:
--   forwards (the map is younger): a whole merger hands everything on; a partial transfer divides the unit by the share that its
--     row decides, and without one the figure cannot be apportioned;
--   backwards (the map is older): a unit that took in others since then cannot be divided among them.
-- What cannot be apportioned is one row of its own, in a region when all that it may belong to lies there.
create function release.unit_map(geography date, on_date date, p_run bigint default null)
returns table (unit_key text, mapped_key text, region_key text, share_from numeric, share_to numeric)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    with recursive
    units as materialized (
        select t.* from jsonb_populate_recordset(null::register.units, release.register_table(p_run, 'units')) as t
    ),
    successions as materialized (
        select t.* from register.succession_step(release.register_table(p_run, 'successions')) as t
    ),
    group_members as materialized (
        select t.* from jsonb_populate_recordset(null::register.group_members, release.register_table(p_run, 'group_members')) as t
    ),
    reporting_unit as (
        select u.unit_key, u.valid_from, coalesce(u.valid_to, 'infinity'::date) as valid_to,
            -- a unit that is closed, or not yet born, is read on its nearest day
            greatest(least(on_date, u.valid_to), u.valid_from) as read_on
        from units as u
        where u.unit_kind <> 'group'
    ),
    -- what becomes of a unit on a day of change: each row one part of it; without a decided share the part is not known
    handed as (
        select s.predecessor_key, s.effective_date, s.successor_key, s.part
        from successions as s
        where s.effective_date <= geography
        union all
        select s.predecessor_key, s.effective_date, s.predecessor_key,
            case when count(s.part) = count(*) then 1 - sum(s.part) end
        from successions as s
        inner join reporting_unit as u on s.predecessor_key = u.unit_key and s.effective_date <= u.valid_to
        where s.effective_date <= geography
        group by s.predecessor_key, s.effective_date
        having not bool_or(s.is_whole)
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
        from successions as s
        where s.effective_date > geography
        union
        select s.successor_key, s.effective_date, s.successor_key
        from successions as s
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
        left join group_members as g
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
