-- Whether a unit is the nation: the group in which no unit is listed. No row for no unit.
select
    unit.unit_kind = 'group' and not exists (
        select 1 from register.group_members as member
        where member.group_key = unit.unit_key
    ) as is_nation
from register.units as unit
where unit.unit_key = %(unit)s
