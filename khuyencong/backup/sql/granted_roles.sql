-- Whom the rights of tables, columns, schemas and functions name beside their owner: groups, and logins one by one.
select distinct
    role.rolname,
    role.rolcanlogin
from (
    select relacl as acl from pg_class
    where relnamespace::regnamespace::text = any(%(schemas)s)
    union all
    select attacl from pg_attribute
    inner join pg_class on attrelid = pg_class.oid
    where relnamespace::regnamespace::text = any(%(schemas)s)
    union all
    select nspacl from pg_namespace
    where nspname = any(%(schemas)s)
    union all
    select proacl from pg_proc
    where pronamespace::regnamespace::text = any(%(schemas)s)
) as object
cross join lateral aclexplode(object.acl) as granted
inner join pg_roles as role on granted.grantee = role.oid
where role.rolname <> (
        select tableowner from pg_tables
        where schemaname = 'release' and tablename = 'run'
    )
order by 1
