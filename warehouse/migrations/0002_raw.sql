-- Schema raw: append-only, text as typed. One table a form is made from its YAML (ingestion/raw.py); the tables here are common to all forms.
create table raw.receipt (
    receipt_key bigint generated always as identity primary key,
    source_code text not null,
    location text not null,
    claimed_unit_key text,
    sender text,
    received_at timestamptz not null,
    first_seen_run bigint,
    sha256 text not null,
    byte_count bigint not null,
    file_extension text not null,
    times_seen integer not null default 1,
    state text not null default 'landed' check (state in ('landed', 'read', 'returned'))
);
create index receipt_place on raw.receipt (source_code, location, receipt_key);
comment on table raw.receipt is 'One arrival of bytes at a place.';

create table raw.submission (
    submission_key bigint generated always as identity primary key,
    receipt_key bigint not null references raw.receipt,
    form_code text not null,
    form_version text not null,
    unit_key text not null,
    sender_role text not null,
    document_no text not null default '',
    document_date date,
    budget_year integer not null,
    period_start date not null,
    period_end date not null,
    cutoff_date date,
    money_unit text not null,
    money_factor bigint not null,
    is_estimated boolean not null default false,
    is_nil boolean not null default false,
    nil_reason text,
    is_withdrawal boolean not null default false,
    received_at timestamptz not null,
    sha256 text not null,
    door_verdict text not null default 'accept' check (door_verdict in ('accept', 'return')),
    unique (receipt_key, form_code)
);
create index submission_identity on raw.submission (form_code, unit_key, period_end, sender_role, document_no);
comment on table raw.submission is 'One form, unit and period found in one receipt.';

create table raw.submission_column (
    submission_key bigint not null references raw.submission,
    sheet_code text not null,
    sheet_name text not null,
    column_name text not null,
    column_letter text not null,
    header_written text not null,
    money_factor bigint,
    primary key (submission_key, sheet_code, column_name)
);
comment on table raw.submission_column is 'Which column of the file holds which column of the form, so that every cell address follows.';

create table raw.submission_header (
    submission_key bigint not null references raw.submission,
    field_name text not null,
    sheet_name text not null,
    cell_address text not null,
    written text not null,
    primary key (submission_key, field_name)
);
comment on table raw.submission_header is 'The header cells of a submission as typed.';

create table raw.line (
    submission_key bigint not null references raw.submission,
    sheet_code text not null,
    row_number integer not null,
    line_kind text not null check (line_kind in ('detail', 'total', 'label')),
    line_unit_key text,
    place_unit_key text,
    fund_code text,
    activity_code text,
    indicator_code text,
    project_key text,
    establishment_key text,
    effect_code text,
    state_code text,
    primary key (submission_key, sheet_code, row_number)
);
comment on table raw.line is 'The keys of a source line, as the reader resolved them from its text.';

create table raw.cell (
    submission_key bigint not null references raw.submission,
    sheet_code text not null,
    row_number integer not null,
    column_name text not null,
    reading text not null check (reading in (
        'number', 'blank', 'zero_mark', 'missing_mark', 'not_applicable', 'formula_error', 'ambiguous', 'unreadable',
        'date', 'mark', 'state')),
    value numeric,
    decimals integer,
    qualifier text not null default 'exact',
    is_estimated boolean not null default false,
    alternatives numeric [],
    primary key (submission_key, sheet_code, row_number, column_name)
);
comment on table raw.cell is 'The reading of every cell that holds, or should hold, a quantity: the number as written, before its unit.';

create table raw.mention (
    submission_key bigint not null references raw.submission,
    mention_number integer not null,
    span_start integer not null,
    span_end integer not null,
    line_number integer not null,
    written text not null,
    value numeric,
    low numeric,
    high numeric,
    unit text,
    qualifier text not null,
    is_estimated boolean not null,
    activity_code text,
    indicator_code text,
    measure text,
    unit_key text,
    budget_year integer,
    period_start date,
    period_end date,
    fund_code text,
    primary key (submission_key, mention_number)
);
comment on table raw.mention is 'A number in running text. Never a figure.';

create table raw.mention_relation (
    submission_key bigint not null references raw.submission,
    relation_number integer not null,
    relation_kind text not null,
    written text not null,
    left_mentions integer [] not null,
    right_mention integer not null,
    closeness text not null,
    explanation_vi text not null,
    explanation_en text not null,
    primary key (submission_key, relation_number)
);
comment on table raw.mention_relation is 'A relation that a text states between its own mentions, judged over intervals.';

create table raw.finding (
    finding_key bigint generated always as identity primary key,
    receipt_key bigint not null references raw.receipt,
    submission_key bigint references raw.submission,
    found_by text not null check (found_by in ('landing', 'reader', 'door')),
    finding_code text not null,
    verdict text not null check (verdict in ('return', 'cell', 'note')),
    sheet_name text,
    cell_address text,
    sheet_code text,
    row_number integer,
    column_name text,
    written text,
    expected text,
    message_vi text not null,
    message_en text not null
);
create index finding_submission on raw.finding (submission_key);
comment on table raw.finding is 'What the door has to say about a file: a return, a cell, or a note.';
