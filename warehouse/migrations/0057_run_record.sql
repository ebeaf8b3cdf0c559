-- The record of a night holds at any moment: a station has its row from its beginning, and keeps what a failed try said.
alter table release.run_station alter column seconds drop not null;
alter table release.run_station
add column state text not null default 'done' check (state in ('running', 'done', 'failed')),
add column n_tries integer not null default 1,
add column failed_reason text,
add column note text not null default '',
add column started_at timestamptz,
add column finished_at timestamptz;
comment on table release.run_station is 'One station of a night: its last try.';
comment on column release.run_station.failed_reason is 'What the last failed try said; it stays when a later try succeeded.';
comment on column release.run_station.started_at is 'Beginning of the last try, by the server''s clock.';

-- What dbt ran in a station, one row a node and dbt run, also when it failed.
create table release.run_node (
    run_node_key bigint generated always as identity primary key,
    run_key bigint not null references release.run,
    station text not null,
    try_number integer not null,
    node text not null,
    resource_type text not null,
    status text not null,
    seconds numeric not null,
    n_rows bigint,
    message text not null default '',
    recorded_at timestamptz not null default clock_timestamp()
);
create index run_node_run on release.run_node (run_key, station, try_number);
comment on table release.run_node is 'One model, seed or test of dbt in one try of a station. Kept run_node_days (register, parameters).';

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

grant select on release.run_node to transformer, reviewer;
