-- One node of dbt that a try of a station ran.
insert into release.run_node (run_key, station, try_number, node, resource_type, status, seconds, n_rows, message)
values (
    %(run_key)s,
    %(station)s,
    %(try_number)s,
    %(node)s,
    %(resource_type)s,
    %(status)s,
    %(seconds)s,
    %(n_rows)s,
    %(message)s
)
