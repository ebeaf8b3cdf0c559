-- The logins that belong to some groups.
select
    role.rolname as group_name,
    login.rolname as login_name
from pg_auth_members as member
inner join pg_roles as role on member.roleid = role.oid
inner join pg_roles as login on member.member = login.oid
where role.rolname = any(%(groups)s) and login.rolname <> current_user
order by 1, 2
