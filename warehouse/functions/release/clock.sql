create function release.clock() returns timestamptz
language sql volatile as $$
    select coalesce(
        (select sample_clock.moment + (clock_timestamp() - sample_clock.set_at) from release.sample_clock), clock_timestamp()
    )
$$;
comment on function release.clock is 'What time it is in this warehouse.';
