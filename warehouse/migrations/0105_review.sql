-- Separation of duties is kept by the database: whoever connects, with whatever program, decides under their own login, only as
-- a reviewer, never on what they sent themselves, and never again on what was said before. The guards and row policies that keep
-- it stand in functions/review.
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
    -- the submission whose figure was decided on, and the server's own time beside the time that the program gave
    submission_key bigint references raw.submission,
    recorded_at timestamptz not null default clock_timestamp(),
    carried_by text,
    carried_from text,
    -- one word: the rows that one login says about one flag in one transaction
    group_key bigint not null,
    check ((decision = 'correct') = (corrected_value is not null)),
    check ((carried_by is null) = (carried_from is null))
);
create index decision_group on review.decision (group_key);
create index decision_flag on review.decision (flag_id);
create index decision_figure on review.decision (figure_key, rule_id);
comment on table review.decision is 'One reviewer''s word on one (figure, rule) of a flag. Append-only.';
comment on column review.decision.decided_by is 'Who decided: a database login.';
comment on column review.decision.carried_by is 'The login that recorded the decision for the one who made it; null when they are one.';
comment on column review.decision.carried_from is 'The page on which it was made (review.request.asked_from); null when made by the own login.';
comment on column review.decision.group_key is 'The word that the row belongs to: the decision_key of its first row.';

-- A decision ends for good: once the value in force, the rule's terms or its bounds have changed, it does not come back
-- when they change again; so it does on the day after its last one. The gate writes the lapse in the night that saw it; the
-- decision itself stays as it was made.
create table review.decision_lapse (
    decision_key bigint primary key references review.decision,
    run_key bigint not null,
    reason text not null check (reason in ('value_changed', 'rule_changed', 'until_passed'))
);
comment on table review.decision_lapse is 'The night on which a decision ended, and why.';

-- Final periods. A period (budget year, month-end) is finalised at the newest release and stays so until somebody reopens it;
-- both are rows with reason and login. Later releases go on; the roll-up shows the frozen figures and what came after.
create table review.final (
    final_key bigint generated always as identity primary key,
    budget_year integer not null,
    period_end date not null,
    act text not null check (act in ('finalise', 'reopen')),
    release_number bigint not null references release.release,
    reason text not null check (btrim(reason) <> ''),
    decided_by text not null default session_user,
    decided_at timestamptz not null
);
create index final_period on review.final (budget_year, period_end);
comment on table review.final is 'A period made final at a release, or opened again. Append-only; who is the login.';

-- Which unit a login acts for, and under which sender's name its reports arrive. Only the owner of the warehouse writes here.
create table review.login_unit (
    login text not null,
    unit_key text,
    sender text,
    unique nulls not distinct (login, unit_key, sender),
    check (coalesce(unit_key, sender) is not null)
);
comment on table review.login_unit is 'The unit that a database login acts for, or the sender as whom its reports arrive.';

-- What Airflow's review page asked and what came back are rows; a decision given there carries the login of the person who
-- gave it, and the login that carried it into the database.
create table review.request (
    request_key bigint generated always as identity primary key,
    asked_from text not null check (btrim(asked_from) <> ''),
    run_key bigint not null references release.run,
    period_end date not null,
    place integer not null,
    flag_id text not null,
    queue_rank integer not null,
    shown jsonb not null,
    evidence_hash text not null,
    asked_at timestamptz not null,
    answer_until timestamptz not null,
    closed_at timestamptz,
    outcome text check (outcome in ('decided', 'still_held', 'timed_out', 'refused')),
    answered_by text,
    answered_at timestamptz,
    answer jsonb,
    refusal_code text,
    refusal_vi text,
    refusal_en text,
    -- a task that is tried again must know whether Airflow shows its page already: an answer may have come meanwhile
    shown_at timestamptz,
    asks text not null default 'flag' check (asks in ('flag', 'signature')),
    -- what was said after the page asked is told by the order of the words: the clock of a page may be another than the server's
    newest_decision_key bigint,
    check ((closed_at is null) = (outcome is null)),
    check (outcome is distinct from 'timed_out' or answered_by is null),
    check ((outcome is not distinct from 'refused') = (refusal_code is not null)),
    check ((refusal_code is null) = (refusal_vi is null) and (refusal_code is null) = (refusal_en is null))
);
-- A flag is before the reviewers once at a time; on a page it has one place.
create unique index request_open on review.request (flag_id) where closed_at is null;
create index request_asked_from on review.request (asked_from);
create index request_flag on review.request (flag_id);
comment on table review.request is
'One flag put before the reviewers once, on a page of one period, and what came back. Without an answer the flag stays held.';
comment on column review.request.asked_from is 'The page: DAG, run, task and map index.';
comment on column review.request.run_key is 'The night whose queue was asked.';
comment on column review.request.shown is 'The suspected figures as the page showed them.';
comment on column review.request.evidence_hash is 'Figures, values and rules of the flag as they were shown (review.evidence_of).';
comment on column review.request.outcome is
'decided: a decision was recorded; still_held: answered so; timed_out: nobody answered; refused: see the sentence.';
comment on column review.request.answer is 'What was written into the form for this flag, as it was written.';
comment on column review.request.shown_at is 'When Airflow showed the page; null when its task ended before.';
comment on column review.request.asks is 'flag: what is to become of it; signature: a second name under a word that waits.';
comment on column review.request.newest_decision_key is 'The last decision that there was when the question was asked; 0 for none.';

-- The desk takes a submission out: a row with who and why. What was decided is kept as it was decided, whoever connects.
create table review.withdrawal (
    withdrawal_key bigint generated always as identity primary key,
    submission_key bigint not null unique references raw.submission,
    was_in_force boolean not null default false,
    reason text not null check (btrim(reason) <> ''),
    withdrawn_by text not null default session_user,
    withdrawn_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table review.withdrawal is 'A submission that the desk took out. Append-only.';
comment on column review.withdrawal.was_in_force is
'It had come into force by then: no older submission of its identity returns. Otherwise what is in force stays.';
comment on column review.withdrawal.withdrawn_by is 'The database login.';

-- A reviewer's word may need the signature of a second reviewer before it counts, and it can be ended: rows, append-only.
create table review.signature_needed (
    group_key bigint primary key,
    budget_year integer not null,
    period_end date not null,
    fund_code text not null,
    indicator_code text not null,
    measure text not null,
    accepted_before numeric not null,
    accepted_after numeric not null,
    share_pct numeric,
    limit_pct numeric not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table review.signature_needed is
'Words that move a national row by more than the register''s sign_share_pct: without effect until somebody else signs.';
comment on column review.signature_needed.share_pct is
'How far the row moves, in per cent of what it says, or of its plan where it says nought; null when there is neither.';

create table review.signature (
    group_key bigint primary key references review.signature_needed,
    reason text not null check (btrim(reason) <> ''),
    signed_by text not null default session_user,
    signed_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    carried_by text,
    carried_from text,
    check ((carried_by is null) = (carried_from is null))
);
comment on table review.signature is 'A second reviewer''s name under a word that needed it. It counts from the first night after signed_at.';

create table review.revocation (
    decision_key bigint primary key references review.decision,
    reason text not null check (btrim(reason) <> ''),
    revoked_by text not null default session_user,
    revoked_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    carried_by text,
    carried_from text,
    check ((carried_by is null) = (carried_from is null))
);
comment on table review.revocation is 'A decision that a reviewer ended, and why. It does not come back.';

grant select on
review.decision, review.decision_lapse, review.final, review.signature_needed, review.signature, review.revocation
to transformer, reviewer, answer_carrier;
grant select on review.login_unit to reviewer, answer_carrier;
grant select on review.request, review.withdrawal to transformer, reviewer;

-- A reviewer writes these columns and no others; the guards write the rest.
grant insert (
    flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision, corrected_value, reason, until_date, decided_at
) on review.decision to reviewer;
grant insert (budget_year, period_end, act, release_number, reason, decided_at) on review.final to reviewer;
grant insert (submission_key, reason, withdrawn_at) on review.withdrawal to reviewer;
grant insert (group_key, reason, signed_at) on review.signature to reviewer;
grant insert (decision_key, reason, revoked_at) on review.revocation to reviewer;

-- Where Airflow has a login of its own beside the owner, this is all that it may write here.
grant insert (
    flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision, corrected_value, reason, until_date, decided_at,
    decided_by, carried_from
) on review.decision to answer_carrier;
grant insert (group_key, reason, signed_at, signed_by, carried_from) on review.signature to answer_carrier;
grant insert (decision_key, reason, revoked_at, revoked_by, carried_from) on review.revocation to answer_carrier;
grant select, insert, update on review.request to answer_carrier;

alter table review.decision enable row level security;
