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
    forms_hash text not null default ''
);
comment on table release.run is 'One night.';

create table release.run_station (
    run_key bigint not null references release.run,
    station text not null,
    position integer not null,
    seconds numeric not null,
    rows_in bigint,
    rows_out bigint,
    primary key (run_key, station)
);

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
    closed_cause_reference text
);
create index contribution_open on release.contribution (closed_release, period_end);
create index contribution_key on release.contribution (
    unit_key, budget_year, period_end, fund_code, activity_code, indicator_code, measure);

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
create index report_open on release.report (closed_release, period_end);
