-- Schema raw: append-only, text as typed. One table a form is made from its YAML (ingestion/raw.py); the tables here are common to
-- all forms.
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
    state text not null default 'landed' check (state in ('landed', 'read', 'returned', 'quarantined')),
    -- past years that are handed in today are no late reports: whoever submits them says so, once
    is_archive boolean not null default false,
    folder_unit_key text,
    -- no receipt stays landed for ever: the night gives up on a file that it could not read
    nights_tried integer not null default 0,
    tried_run bigint,
    is_asked_again boolean not null default false
);
create index receipt_place on raw.receipt (source_code, location, receipt_key);
comment on table raw.receipt is 'One arrival of bytes at a place.';
comment on column raw.receipt.is_archive is 'Handed in as an archive of past periods: its reports are not late.';
comment on column raw.receipt.folder_unit_key is 'The unit whose folder the file lies in, where that is a unit that the sender succeeded.';
comment on column raw.receipt.state is
'landed (waits for its reader), read, returned (goes back to its sender), quarantined (set aside for a reason that is not its sender''s).';
comment on column raw.receipt.nights_tried is 'Nights that had the file in hand while it was landed.';
comment on column raw.receipt.tried_run is 'The last of these nights.';
comment on column raw.receipt.is_asked_again is 'Landing lost the bytes: the next pull that sees them at their place takes them again.';

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
    -- null while it waits, so that a night that broke off judges it again
    door_run bigint,
    unique (receipt_key, form_code)
);
create index submission_identity on raw.submission (form_code, unit_key, period_end, sender_role, document_no);
create index submission_not_judged on raw.submission (submission_key) where door_run is null;
comment on table raw.submission is 'One form, unit and period found in one receipt.';
comment on column raw.submission.door_run is 'The run whose door judged the submission; null while it waits.';
comment on column raw.submission.door_verdict is 'accept, or return when any finding returns the submission.';

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
    verdict text not null check (verdict in ('return', 'cell', 'note', 'quarantine')),
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

-- What became of each pull of a source, and of each file seen there that is not simply an arrival.
create table raw.source_attempt (
    attempt_key bigint generated always as identity primary key,
    source_code text not null,
    transport text not null,
    unit_key text,
    run_key bigint,
    attempted_at timestamptz not null,
    outcome text not null check (outcome in ('done', 'partly', 'unreachable', 'refused', 'absent', 'not_set_up')),
    trouble_code text,
    n_tries integer not null,
    n_seen integer not null,
    n_new integer not null,
    n_waiting integer not null,
    n_failed integer not null,
    sentence_vi text,
    sentence_en text
);
create index source_attempt_source on raw.source_attempt (source_code, attempt_key);
comment on table raw.source_attempt is 'One pull of one source: done, partly (some file could not be taken), or why not.';
comment on column raw.source_attempt.attempted_at is 'When the pull was made.';
comment on column raw.source_attempt.n_waiting is 'Files still being uploaded: the next pull looks again.';
comment on column raw.source_attempt.n_failed is 'Files that could not be fetched, or were refused, each with a row in raw.source_file.';

create table raw.source_file (
    source_code text not null,
    location text not null,
    file_state text not null check (file_state in ('taken', 'waiting', 'failed', 'refused')),
    version text,
    sha256 text,
    byte_count bigint,
    attempt_key bigint not null references raw.source_attempt,
    trouble_code text,
    sentence_vi text,
    sentence_en text,
    primary key (source_code, location)
);
comment on table raw.source_file is 'The last look at a file of a source: its version that lies in landing, or what keeps it from being taken.';
comment on column raw.source_file.version is 'What the source calls the version that was taken (ETag, size and time, message); it is not fetched again.';
comment on column raw.source_file.attempt_key is 'The attempt that wrote the row; trouble of an earlier attempt is over, or the file is gone.';

create table raw.read_trouble (
    trouble_key bigint generated always as identity primary key,
    receipt_key bigint not null references raw.receipt,
    run_key bigint,
    cause text not null check (cause in (
        'file_crash', 'file_time', 'file_memory', 'file_output', 'file_not_stored', 'bytes_missing', 'bytes_changed', 'machine')),
    detail text not null,
    state_after text not null check (state_after in ('landed', 'returned', 'quarantined')),
    sentence_vi text not null,
    sentence_en text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index read_trouble_receipt on raw.read_trouble (receipt_key, trouble_key);
comment on table raw.read_trouble is 'One time that a file could not be read: what it did to its reader, what became of its bytes, or what the machine lacked.';
comment on column raw.read_trouble.detail is 'What was seen, in the words of the machine.';

grant select, insert, update on
raw.receipt, raw.submission, raw.submission_column, raw.submission_header, raw.line, raw.cell, raw.mention,
raw.mention_relation, raw.finding, raw.source_attempt, raw.source_file
to loader;
grant select, insert on raw.read_trouble to loader;
grant select on
raw.receipt, raw.submission, raw.submission_column, raw.submission_header, raw.line, raw.cell, raw.mention,
raw.mention_relation, raw.finding, raw.source_attempt, raw.source_file
to transformer, reviewer, answer_carrier;
grant select on raw.read_trouble to transformer, reviewer;
