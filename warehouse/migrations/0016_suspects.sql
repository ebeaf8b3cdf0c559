-- What the engine finds behind failed verdicts; written anew before each choice of the gate.
create table checks.suspicion (
    submission_key bigint not null references raw.submission,
    suspicion_number integer not null,
    verdicts jsonb not null,
    n_verdicts integer not null,
    n_sets integer not null,
    hypotheses jsonb not null,
    skipped_reason text,
    primary key (submission_key, suspicion_number)
);
comment on table checks.suspicion is 'Failed verdicts that hang together, and what may have happened, best first.';

-- The cells named surely enough that the others of the verdict are not held.
create table checks.culprit (
    submission_key bigint not null references raw.submission,
    rule_id text not null,
    scope_key text not null,
    figure_submission_key bigint not null references raw.submission,
    sheet_code text not null,
    row_number integer not null,
    column_name text not null,
    primary key (submission_key, rule_id, scope_key, figure_submission_key, sheet_code, row_number, column_name)
);
comment on table checks.culprit is 'The cell that a failed verdict is blamed on, with confidence of 0.8 or more.';
grant select on checks.suspicion, checks.culprit to reviewer;
