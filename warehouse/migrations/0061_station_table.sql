-- What each station left in each table that the next ones stand on: so that a station, and "nothing new, nothing to do", knows
-- whether it still stands. A transaction's number is given once, so that rows and the sum of the numbers that wrote them change
-- with every row that is written, removed or lost, and a dump that is put back has other numbers.
create table release.station_table (
    schema_name text not null,
    table_name text not null,
    run_key bigint not null references release.run,
    station text not null,
    n_rows bigint,
    written_by numeric,
    primary key (schema_name, table_name)
);
comment on table release.station_table is 'One table that a station makes, and what the last station to make it left there.';
comment on column release.station_table.n_rows is 'Rows when the station ended; null while it is at work, and after it was cut off.';
comment on column release.station_table.written_by is 'Sum over the rows of the transaction that wrote each (xmin).';

grant select on release.station_table to transformer, reviewer;
