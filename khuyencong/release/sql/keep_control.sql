-- One control of a station, written on the run.
insert into release.control_total (
    run_key, station, control, rows_in, rows_out, amount_in, amount_out, n_apart, example
)
values (
    %(run_key)s,
    %(station)s,
    %(control)s,
    %(rows_in)s,
    %(rows_out)s,
    %(amount_in)s,
    %(amount_out)s,
    %(n_apart)s,
    %(example)s
)
