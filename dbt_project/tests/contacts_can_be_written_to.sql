-- Each contact is one plain address of a unit's office, named once a day and role.
with contact as (
    select
        *,
        row_number() over (order by unit_key, contact_role, address, valid_from) as position
    from {{ ref('contacts') }}
),

unclear as (
    select
        unit_key,
        contact_role,
        address
    from contact
    where address !~ '^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$' or valid_to < valid_from
),

twice as (
    select
        a.unit_key,
        a.contact_role,
        a.address
    from contact as a
    inner join contact as b
        on a.unit_key = b.unit_key
        and a.contact_role = b.contact_role
        and a.address = b.address
        and a.position < b.position
        and a.valid_from <= coalesce(b.valid_to, 'infinity')
        and b.valid_from <= coalesce(a.valid_to, 'infinity')
),

final as (
    select * from unclear
    union all
    select * from twice
)

select * from final
