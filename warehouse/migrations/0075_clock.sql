-- The clock that as-of, arrivals and decisions are read on: the server's own, or in the home of a sample the sample's.
create table release.sample_clock (
    is_only boolean primary key default true check (is_only),
    moment timestamptz not null,
    set_at timestamptz not null default clock_timestamp()
);
comment on table release.sample_clock is
'One row in the home of a sample, none elsewhere: there the clock showed `moment` at `set_at` by the server''s, and has run on since.';

create function release.clock() returns timestamptz
language sql volatile as $$
    select coalesce(
        (select sample_clock.moment + (clock_timestamp() - sample_clock.set_at) from release.sample_clock), clock_timestamp()
    )
$$;
comment on function release.clock is 'What time it is in this warehouse.';

grant select on release.sample_clock to loader, transformer, reviewer, bi_reader;
