-- A station is at work: its row, or the next try of it.
insert into release.run_station (run_key, station, position, state, started_at)
values (%(run_key)s, %(station)s, %(position)s, 'running', clock_timestamp())
on conflict (run_key, station) do update
    set
        state = 'running', n_tries = run_station.n_tries + 1, started_at = clock_timestamp(), finished_at = null,
        seconds = null, rows_in = null, rows_out = null, note = ''
returning n_tries
