-- A view as it stands: its name, the statement that makes it, and what is said about it beside that: its owner,
-- its comments, the rights of others. The search path must be empty, so that every name is whole.
select
    format('%%s.%%s', view.relnamespace::regnamespace, view.relname) as view_name,
    format(
        'create view %%s%%s as %%s',
        view.oid::regclass, ' with (' || array_to_string(view.reloptions, ', ') || ')', pg_get_viewdef(view.oid)
    ) as create_statement,
    array(
        select format('alter view %%s owner to %%I', view.oid::regclass, pg_get_userbyid(view.relowner))
        where pg_get_userbyid(view.relowner) <> current_user
        union all
        select format('comment on view %%s is %%L', view.oid::regclass, pg_description.description)
        from pg_description
        where
            pg_description.classoid = 'pg_class'::regclass
            and pg_description.objoid = view.oid
            and pg_description.objsubid = 0
        union all
        select
            format(
                'comment on column %%s.%%I is %%L', view.oid::regclass, pg_attribute.attname, pg_description.description
            )
        from pg_description
        inner join pg_attribute
            on pg_description.objoid = pg_attribute.attrelid and pg_description.objsubid = pg_attribute.attnum
        where pg_description.classoid = 'pg_class'::regclass and pg_description.objoid = view.oid
    ) as said,
    array(
        select
            format(
                'grant %%s%%s on %%s to %%s%%s',
                granted.privilege_type,
                ' (' || quote_ident(granted.column_name) || ')',
                view.oid::regclass,
                case when granted.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(granted.grantee)) end,
                case when granted.is_grantable then ' with grant option' end
            )
        from (
            select
                acl.grantee,
                acl.privilege_type,
                acl.is_grantable,
                null as column_name
            from aclexplode(view.relacl) as acl
            union all
            select
                acl.grantee,
                acl.privilege_type,
                acl.is_grantable,
                pg_attribute.attname
            from pg_attribute
            cross join lateral aclexplode(pg_attribute.attacl) as acl
            where pg_attribute.attrelid = view.oid
        ) as granted
        where granted.grantee <> view.relowner
            and (granted.grantee = 0 or pg_get_userbyid(granted.grantee) <> all(%(others)s))
    ) as grants
from pg_class as view
where view.oid = %(view)s
