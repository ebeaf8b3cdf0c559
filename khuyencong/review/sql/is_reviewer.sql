-- Whether a login was given the right to review.
select exists(
    select 1
    from pg_auth_members
    where
        roleid = 'reviewer'::regrole
        and member = (
            select oid from pg_roles
            where rolname = %(login)s
        )
)
