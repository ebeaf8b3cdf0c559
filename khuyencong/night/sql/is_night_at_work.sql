-- Whether a night holds its lock on this warehouse, or a scheduler's night lies between two of its stations.
select exists (
    select 1 from pg_locks
    where locktype = 'advisory' and mode = 'ExclusiveLock' and classid = 0 and objid = %(lock)s
        and database = (
            select oid from pg_database
            where datname = current_database()
        )
) or exists (
    select 1 from release.run
    where state = 'running' and scheduled_as is not null and started_at > %(begun_after)s
)
