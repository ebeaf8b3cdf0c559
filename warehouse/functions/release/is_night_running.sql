-- Stations hold this lock, alone; a backup shares it. Whoever died gave it back, also by kill -9.
create function release.is_night_running() returns boolean
language sql stable as $$
    select exists (
        select 1
        from pg_catalog.pg_locks as held
        where
            held.locktype = 'advisory'
            and held.database = (select oid from pg_catalog.pg_database where datname = current_database())
            and (held.classid, held.objid, held.objsubid, held.mode, held.granted) = (0, 20120705, 1, 'ExclusiveLock', true)
    )
$$;
comment on function release.is_night_running is 'Whether a station of a night is at work on this warehouse now.';
