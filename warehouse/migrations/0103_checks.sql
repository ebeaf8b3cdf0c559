-- Which submission stands for each identity while rules are judged; the gate writes it and repeats until it no longer changes.
create table checks.standing (
    submission_key bigint primary key references raw.submission,
    -- remembered with its run, so that the first judgement of a night does not start from last night's choice
    run_key bigint
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
    closed_run bigint,
    -- what the flag may cost the nation, and so its place in the queue (khuyencong/flags/priority.py)
    impact_score numeric,
    impact_indicator text,
    queue_rank integer,
    is_review_needed boolean not null default true
);
comment on table checks.flag is 'One cause of failed verdicts, with its explanation.';
comment on column checks.flag.impact_vnd is 'Expected change of the national money row that would change most, in đồng.';
comment on column checks.flag.impact_score is
'Largest expected change of a national row, in per cent of it; null where the nation has nothing to compare with.';
comment on column checks.flag.impact_indicator is 'Indicator of that row.';
comment on column checks.flag.queue_rank is 'Place in the queue of the last night on which the flag was open, from 1.';
comment on column checks.flag.is_review_needed is
'False when this flag and all behind it together move no national row by the register''s review_stop_pct.';

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

-- What a flag names, for reviewers and the decision that follows: the figures it is about and the rules that failed.
create table checks.flag_figure (
    flag_id text not null references checks.flag,
    figure_key text not null,
    rule_id text not null,
    submission_key bigint not null references raw.submission,
    sheet_code text not null,
    row_number integer not null,
    column_name text not null,
    is_suspected boolean not null,
    primary key (flag_id, rule_id, submission_key, sheet_code, row_number, column_name)
);
comment on table checks.flag_figure is 'The cells that a flag is about, one row a rule that failed on them.';

-- What the gate wants judged again: submissions that no longer stand, or now do, or whose holds changed ('changed'), and those
-- that were compared with them ('compared'). Empty: everything is judged.
create table checks.rejudge (
    submission_key bigint not null references raw.submission,
    why text not null check (why in ('changed', 'compared')),
    primary key (submission_key, why)
);

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

create table checks.flag_effect (
    flag_id text not null references checks.flag,
    budget_year integer not null,
    period_end date not null,
    fund_code text not null,
    indicator_code text not null,
    measure text not null,
    effect numeric not null,
    national_value numeric,
    primary key (flag_id, budget_year, period_end, fund_code, indicator_code, measure)
);
comment on table checks.flag_effect is
'By how much a flag is expected to move each national row, in the indicator''s unit, beside the row''s value.';

-- A night takes up what arrived step by step, so that what is in force does not depend on how many nights there were. Up to this
-- moment the gate looks now; without a row it looks at everything that tonight may see.
create table checks.horizon (
    received_until timestamptz not null
);
comment on table checks.horizon is 'The moment up to which the gate looks in this step of the night; empty: tonight''s.';

grant select on
checks.standing, checks.standing_history, checks.verdict_store, checks.flag, checks.flag_verdict, checks.hold, checks.flag_figure,
checks.rejudge, checks.suspicion, checks.culprit, checks.flag_effect, checks.horizon
to reviewer, answer_carrier;
