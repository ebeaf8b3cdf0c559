create table release.run (
    run_key bigint generated always as identity primary key,
    as_of timestamptz not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    state text not null default 'running' check (state in ('running', 'done', 'failed')),
    failed_station text,
    failed_reason text,
    release_number bigint,
    release_hash text,
    code_hash text not null default '',
    register_hash text not null default '',
    rules_hash text not null default '',
    forms_hash text not null default '',
    -- what a finished night was made from: as_of, code, register, rules, forms, receipts and decisions in one hash;
    -- a night made from the same inputs need not be built again
    inputs_hash text,
    register_tables jsonb not null default '{}',
    -- a scheduler's night lets go of the lock between its stations: until it is done, this says whose it is
    scheduled_as text
);
comment on table release.run is 'One night.';
comment on column release.run.register_tables is 'Table of the register → content_hash in release.register_content.';
comment on column release.run.scheduled_as is 'The scheduler''s own name of the run; null for a night that a command ran in one go.';

-- The record of a night holds at any moment: a station has its row from its beginning, and keeps what a failed try said.
create table release.run_station (
    run_key bigint not null references release.run,
    station text not null,
    position integer not null,
    seconds numeric,
    rows_in bigint,
    rows_out bigint,
    state text not null default 'done' check (state in ('running', 'done', 'failed')),
    n_tries integer not null default 1,
    failed_reason text,
    note text not null default '',
    started_at timestamptz,
    finished_at timestamptz,
    primary key (run_key, station)
);
comment on table release.run_station is 'One station of a night: its last try.';
comment on column release.run_station.failed_reason is 'What the last failed try said; it stays when a later try succeeded.';
comment on column release.run_station.started_at is 'Beginning of the last try, by the server''s clock.';

create table release.release (
    release_number bigint generated always as identity primary key,
    run_key bigint not null references release.run,
    as_of timestamptz not null,
    release_hash text not null
);
comment on table release.release is 'One numbered state of the national figures, opened only when content changed.';

-- Content of a release: rows with opened_release <= n and (closed_release is null or closed_release > n).
create table release.contribution (
    contribution_key bigint generated always as identity primary key,
    unit_key text not null,
    budget_year integer not null,
    period_start date not null,
    period_end date not null,
    fund_code text not null,
    activity_code text not null,
    indicator_code text not null,
    measure text not null,
    project_key text not null default '',
    establishment_key text not null default '',
    line_reference text not null default '',
    effective_from date not null,
    effective_to date,
    carried_into text not null default '',
    place_unit_key text not null default '',
    state text not null check (state in ('accepted', 'disputed', 'missing', 'carried')),
    value numeric,
    low numeric,
    high numeric,
    is_corrected boolean not null default false,
    is_estimated boolean not null default false,
    opened_release bigint not null references release.release,
    closed_release bigint references release.release,
    reason text not null,
    cause_reference text not null default '',
    closed_reason text,
    closed_cause_reference text,
    -- what the row was made from, so that its reason can be told from its own inputs: the form it came in, the rules that hold
    -- it, the decision that lets it pass; carried along, no part of what a release says
    form_code text not null default '',
    held_by text not null default '',
    decision_reference text not null default '',
    -- a row stays open under the submission that said it first, though a later one is in force: which report it comes from is
    -- told by the report's form, unit and period, not by bytes alone; carried along as well
    report_period_end date
);
create index contribution_opened on release.contribution (opened_release);
create index contribution_closed on release.contribution (closed_release);

create table release.report (
    report_key bigint generated always as identity primary key,
    unit_key text not null,
    form_code text not null,
    period_end date not null,
    sender_role text not null,
    document_no text not null default '',
    is_owed boolean not null,
    state text not null check (state in ('missing', 'returned', 'nil', 'in_force')),
    is_late boolean not null,
    days_late integer,
    is_estimated boolean not null default false,
    period_start date,
    sha256_in_force text,
    sha256_under_review text,
    opened_release bigint not null references release.release,
    closed_release bigint references release.release,
    reason text not null,
    cause_reference text not null default '',
    closed_reason text,
    closed_cause_reference text
);
create index report_opened on release.report (opened_release);
create index report_closed on release.report (closed_release);

-- Each table of the register as a released night read it, kept once for each content.
create table release.register_content (
    content_hash text primary key,
    table_name text not null,
    content jsonb not null
);
comment on table release.register_content is 'Rows of one table of the register, as a night read them.';

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

-- Once a day the night runs early, when most of the plan money has been reported on.
create table release.early_night (
    early_date date primary key,
    period_end date not null,
    share_before_pct numeric not null,
    share_pct numeric not null,
    asked_at timestamptz not null
);
comment on table release.early_night is 'A day on which the night was asked for early, for which period, and the shares of owed plan money.';

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

-- The roll-up as the open release says it, of every period and level, as reported; a final period as it was signed.
create table release.rollup_row (
    level text not null,
    unit_key text not null,
    as_at date not null,
    budget_year integer not null,
    fund_code text not null,
    activity_code text not null,
    indicator_code text not null,
    measure text not null,
    is_additive boolean not null,
    accepted numeric,
    disputed numeric,
    disputed_low numeric,
    disputed_high numeric,
    missing_low numeric,
    missing_high numeric,
    at_least numeric,
    at_most numeric,
    n_owed bigint not null,
    n_reported bigint not null,
    n_accepted bigint not null,
    n_disputed bigint not null,
    n_missing bigint not null,
    n_returned bigint not null,
    n_nil bigint not null,
    n_estimated bigint not null,
    n_under_review bigint not null,
    n_unbounded bigint not null,
    status text not null,
    plan_indicator_code text,
    plan_value numeric,
    plan_pct numeric,
    prior_value numeric,
    same_units_value numeric,
    n_same_units bigint not null,
    growth_pct numeric,
    coverage_count_pct numeric,
    coverage_plan_pct numeric,
    ratio_mark text not null,
    release_number bigint not null,
    is_final boolean not null
);
comment on table release.rollup_row is
'Rows of the roll-up of the open release, every period and level, as reported; made in the transaction that opens it.';

-- What each station took in and what it accounts for, in rows and in amounts; a night whose totals do not close releases nothing
-- (decision 0053).
create table release.control_total (
    run_key bigint not null references release.run,
    station text not null,
    control text not null,
    rows_in bigint not null,
    rows_out bigint not null,
    amount_in numeric not null,
    amount_out numeric not null,
    n_apart bigint not null,
    example text not null,
    primary key (run_key, control)
);
comment on table release.control_total is 'Control totals of a night: what a station took in, and what it accounts for.';
comment on column release.control_total.amount_in is 'Sum of absolute values, đồng for money, else the unit of the indicator.';
comment on column release.control_total.n_apart is 'Parts (submissions, forms, figures) that differ although sums may be equal.';
comment on column release.control_total.example is 'One part that differs; empty where none does.';

-- The clock that as-of, arrivals and decisions are read on: the server's own, or in the home of a sample the sample's.
create table release.sample_clock (
    is_only boolean primary key default true check (is_only),
    moment timestamptz not null,
    set_at timestamptz not null default clock_timestamp()
);
comment on table release.sample_clock is
'One row in the home of a sample, none elsewhere: there the clock showed `moment` at `set_at` by the server''s, and has run on since.';

grant select on
release.run, release.run_station, release.release, release.contribution, release.report, release.register_content
to transformer, reviewer, answer_carrier;
grant select on release.run_node, release.station_table to transformer, reviewer;
grant select on release.rollup_row, release.control_total to loader, transformer, reviewer;
grant select on release.early_night, release.sample_clock to loader, transformer, reviewer, bi_reader;
