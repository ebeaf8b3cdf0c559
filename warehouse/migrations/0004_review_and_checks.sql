create table review.decision (
    decision_key bigint generated always as identity primary key,
    flag_id text not null,
    figure_key text not null,
    rule_id text not null,
    rule_terms_hash text not null,
    reported_value numeric,
    decision text not null check (decision in ('confirm', 'waive', 'correct')),
    corrected_value numeric,
    reason text not null check (btrim(reason) <> ''),
    until_date date,
    decided_by text not null default session_user,
    decided_at timestamptz not null,
    check ((decision = 'correct') = (corrected_value is not null))
);
comment on table review.decision is 'One reviewer''s word on one (figure, rule) of a flag. Append-only.';

-- Which submission stands for each identity while rules are judged; the gate writes it and repeats until it no longer changes.
create table checks.standing (
    submission_key bigint primary key references raw.submission
);

create table checks.standing_history (
    run_key bigint not null,
    submission_key bigint not null references raw.submission,
    submission_state text not null check (submission_state in (
        'in_force', 'under_review', 'superseded', 'withdrawn', 'withdrawal', 'returned', 'cross_check', 'nil', 'mentions')),
    n_holds integer not null default 0,
    primary key (run_key, submission_key)
);
comment on table checks.standing_history is 'What became of each submission on each run in which that changed.';

create table checks.verdict_store (
    verdict_key bigint generated always as identity primary key,
    rule_id text not null,
    rule_version integer not null,
    submission_key bigint not null references raw.submission,
    scope jsonb not null,
    evidence_hash text not null,
    verdict text not null,
    closeness text,
    reason text,
    first_run bigint not null,
    unique (rule_id, rule_version, submission_key, scope, evidence_hash)
);
comment on table checks.verdict_store is 'One (rule version, scope, evidence), stored once.';

create table checks.flag (
    flag_id text primary key,
    submission_key bigint not null references raw.submission,
    unit_key text not null,
    form_code text not null,
    period_end date not null,
    severity text not null,
    mechanism text,
    confidence numeric,
    suspected_figures text [] not null,
    suggested_value numeric,
    impact_vnd numeric not null default 0,
    explanation_vi text not null,
    explanation_en text not null,
    alternatives jsonb not null default '[]',
    opened_run bigint not null,
    closed_run bigint
);
comment on table checks.flag is 'One cause of failed verdicts, with its explanation.';

create table checks.flag_verdict (
    flag_id text not null references checks.flag,
    rule_id text not null,
    scope jsonb not null,
    evidence_hash text not null,
    primary key (flag_id, rule_id, scope)
);

create table checks.hold (
    run_key bigint not null,
    submission_key bigint not null references raw.submission,
    sheet_code text not null,
    row_number integer not null,
    column_name text not null,
    rule_id text not null,
    flag_id text,
    primary key (run_key, submission_key, sheet_code, row_number, column_name, rule_id)
);
comment on table checks.hold is 'A figure kept out of the accepted total on a run, and the rule that keeps it out.';
