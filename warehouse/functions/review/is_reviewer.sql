-- A person of this name who may decide: a login of their own (never a superuser's, never the carrier itself) with the rights
-- of a reviewer. The owner of the warehouse has given itself none of these.
create function review.is_reviewer(asked_login text) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
    select exists (
        select 1
        from pg_roles
        where
            rolname = asked_login
            and rolcanlogin
            and not rolsuper
            and rolname <> session_user
            and pg_has_role(oid, 'reviewer', 'usage')
    )
$$;
comment on function review.is_reviewer is 'Whether this is the login of a person who may decide.';
