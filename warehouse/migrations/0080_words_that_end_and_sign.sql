-- A reviewer's word is a group of rows; it may need the signature of a second reviewer before it counts, and it can be ended.
-- All three are rows, append-only, guarded here for whoever connects.

-- One word: the rows that one login says about one flag in one transaction.
alter table review.decision add column group_key bigint;
alter table review.decision disable trigger guard_decision;
update review.decision set group_key = word.group_key
from (
    select decision_key, min(decision_key) over (partition by flag_id, decided_by, decided_at, decision) as group_key
    from review.decision
) as word
where decision.decision_key = word.decision_key;
alter table review.decision enable trigger guard_decision;
alter table review.decision alter column group_key set not null;
create index decision_group on review.decision (group_key);
create index decision_flag on review.decision (flag_id);
create index decision_figure on review.decision (figure_key, rule_id);
comment on column review.decision.group_key is 'The word that the row belongs to: the decision_key of its first row.';

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

-- The last word on each (figure, rule) that a night as of `tonight` counts: signed where that is needed, not ended, not past its
-- day, about the rule as it stands. What took the place of an earlier word keeps it when it ends: ended ones do not return.
create or replace view review.decision_in_force as
with said as (
    select distinct on (decision.figure_key, decision.rule_id) decision.*
    from review.decision
    cross join release.tonight
    left join review.signature_needed on decision.group_key = signature_needed.group_key
    left join review.signature on decision.group_key = signature.group_key
    where
        decision.decided_at <= tonight.as_of
        and (signature_needed.group_key is null or signature.signed_at <= tonight.as_of)
    order by decision.figure_key, decision.rule_id, decision.decided_at desc, decision.decision_key desc
)
select
    said.decision_key, said.flag_id, said.figure_key, said.rule_id, said.rule_terms_hash, said.reported_value, said.decision,
    said.corrected_value, said.reason, said.until_date, said.decided_by, said.decided_at, said.submission_key,
    said.recorded_at, said.carried_by, said.carried_from, said.group_key
from said
cross join release.tonight
inner join register.rule on said.rule_id = rule.rule_id and said.rule_terms_hash = rule.terms_hash
where
    not exists (
        select 1
        from review.decision_lapse
        inner join release.run on decision_lapse.run_key = run.run_key
        where decision_lapse.decision_key = said.decision_key and run.as_of <= tonight.as_of
    )
    and not exists (
        select 1 from review.revocation
        where revocation.decision_key = said.decision_key and revocation.revoked_at <= tonight.as_of
    )
    and (said.until_date is null or said.until_date >= tonight.as_of::date);

-- What became of every word until now, whatever the moment of the last night.
create view review.decision_state as
with said as (
    select
        decision.*,
        signature_needed.group_key is not null as needs_signature,
        signature.signed_by,
        signature.signed_at,
        signature_needed.group_key is not null and signature.group_key is null as is_unsigned
    from review.decision
    left join review.signature_needed on decision.group_key = signature_needed.group_key
    left join review.signature on decision.group_key = signature.group_key
),
replaced as (
    select distinct said.decision_key, said.group_key, said.is_unsigned
    from said
    inner join said as later
        on said.figure_key = later.figure_key
        and said.rule_id = later.rule_id
        and (later.decided_at, later.decision_key) > (said.decided_at, said.decision_key)
        and not later.is_unsigned
),
-- a word is signed as a whole: overtaken in part, it cannot be signed any more
overtaken as (
    select distinct group_key
    from replaced
    where is_unsigned
)
select
    said.decision_key, said.flag_id, said.figure_key, said.rule_id, said.rule_terms_hash, said.reported_value, said.decision,
    said.corrected_value, said.reason, said.until_date, said.decided_by, said.decided_at, said.submission_key,
    said.recorded_at, said.carried_by, said.carried_from, said.group_key, said.needs_signature, said.signed_by, said.signed_at,
    revocation.revoked_by,
    revocation.revoked_at,
    revocation.reason as revoked_reason,
    case
        when revocation.decision_key is not null then 'revoked'
        when decision_lapse.decision_key is not null then 'lapsed'
        when said.until_date < (select tonight.as_of::date from release.tonight) then 'lapsed'
        when replaced.decision_key is not null or overtaken.group_key is not null then 'replaced'
        when said.is_unsigned then 'pending'
        else 'counts'
    end as word_state
from said
left join review.revocation on said.decision_key = revocation.decision_key
left join review.decision_lapse on said.decision_key = decision_lapse.decision_key
left join replaced on said.decision_key = replaced.decision_key
left join overtaken on said.group_key = overtaken.group_key;
comment on view review.decision_state is
'Every decision with what became of it: counts, pending (wants a signature), replaced by a later word, lapsed, revoked.';

-- A figure that the engine proposes to correct for a flag belongs to it, also where no rule failed on it: of a report in a wrong
-- unit every cell is wrong, and those that only add up among themselves break no rule. It is decided on under a rule of the flag.
create function review.is_proposed(
    asked_flag text, asked_figure text, asked_rule text, asked_terms text, asked_value numeric
) returns boolean
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
    return exists (
        select 1
        from checks.flag
        cross join jsonb_array_elements(flag.alternatives -> 0 -> 'cells') as cell
        inner join checks.flag_figure on flag.flag_id = flag_figure.flag_id and flag_figure.rule_id = asked_rule
        inner join register.rule on flag_figure.rule_id = rule.rule_id and rule.terms_hash = asked_terms
        inner join staging.stg_figure as figure
            on (cell ->> 'submission_key')::bigint = figure.submission_key
            and cell ->> 'figure_key' = figure.figure_key
        where
            flag.closed_run is null
            and flag.flag_id = asked_flag
            and figure.figure_key = asked_figure
            and figure.value is not distinct from asked_value
    );
end
$$;
comment on function review.is_proposed is 'Whether the engine proposes, for an open flag, to correct this figure with this value.';

create function review.may_be_decided(
    asked_flag text, asked_figure text, asked_rule text, asked_terms text, asked_value numeric, asked_word text
) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
    select review.is_flagged(asked_flag, asked_figure, asked_rule, asked_terms, asked_value)
        or asked_word = 'correct'
        and review.is_proposed(asked_flag, asked_figure, asked_rule, asked_terms, asked_value)
$$;
comment on function review.may_be_decided is 'Whether an open flag names this figure as it stands, or proposes this correction.';

-- Who speaks: everybody as themselves and as a reviewer, or carried from a page that asks about the flag; never about what one
-- sent. `constraint` in a refusal is the word by which the application knows it.
-- An open page may also end a word on another flag of its period.
create function review.check_speaker(
    speaker text, from_page text, asked_flag text, asked_figures text [], is_ending boolean default false
) returns void
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
    if from_page is not null then
        if not pg_has_role(session_user, 'answer_carrier', 'usage') then
            raise insufficient_privilege using message = format('%s carries no answers of others.', session_user);
        end if;
        if not review.is_reviewer(speaker) then
            raise insufficient_privilege using
                message = format('%s is no reviewer; only reviewers decide.', speaker), constraint = 'not_reviewer';
        end if;
        -- The transaction that records the answer closes the request, so a page answers each of its flags once.
        if not exists (
            select 1
            from review.request
            where
                request.asked_from = from_page and request.closed_at is null
                and (
                    request.flag_id = asked_flag
                    or is_ending
                    and request.period_end = (select flag.period_end from checks.flag where flag.flag_id = asked_flag)
                )
        ) then
            raise insufficient_privilege using
                message = format('The page %s does not ask about flag %s.', from_page, asked_flag), constraint = 'not_asked';
        end if;
    else
        if not pg_has_role(session_user, 'reviewer', 'member') then
            raise insufficient_privilege using
                message = format('%s is no reviewer; only reviewers decide.', session_user), constraint = 'not_reviewer';
        end if;
        if speaker <> session_user then
            raise insufficient_privilege using message = format('%s decides as %s and as nobody else.', session_user, session_user);
        end if;
    end if;
    if exists (
        select 1
        from (
            select flag.submission_key from checks.flag where flag.flag_id = asked_flag
            union
            select flag_figure.submission_key from checks.flag_figure where flag_figure.figure_key = any(asked_figures)
            union
            select (cell ->> 'submission_key')::bigint
            from checks.flag cross join jsonb_array_elements(flag.alternatives -> 0 -> 'cells') as cell
            where flag.flag_id = asked_flag and cell ->> 'figure_key' = any(asked_figures)
        ) as concerned
        where review.sent_by(speaker, concerned.submission_key)
    ) then
        raise insufficient_privilege using
            message = format('%s sent this submission; nobody decides on their own.', speaker), constraint = 'own_submission';
    end if;
end
$$;
comment on function review.check_speaker is 'Refuses a word of who is no reviewer, speaks for another, or sent the report.';

create or replace function review.guard_decision() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if tg_op <> 'INSERT' then
        raise insufficient_privilege using message = 'Decisions are kept as they were made; a new one takes the place of an old one.';
    end if;
    perform review.check_speaker(new.decided_by, new.carried_from, new.flag_id, array[new.figure_key]);
    if new.carried_from is not null and not review.may_be_decided(
        new.flag_id, new.figure_key, new.rule_id, new.rule_terms_hash, new.reported_value, new.decision
    ) then
        raise insufficient_privilege using
            message = format('Flag %s is no longer what was shown.', new.flag_id), constraint = 'flag_changed';
    end if;
    new.carried_by := case when new.carried_from is not null then session_user end;
    new.recorded_at := clock_timestamp();
    new.group_key := coalesce(
        (
            select word.group_key
            from review.decision as word
            where
                (word.flag_id, word.decided_by, word.decision) = (new.flag_id, new.decided_by, new.decision)
                and word.recorded_at >= transaction_timestamp()
            limit 1
        ),
        new.decision_key
    );
    new.submission_key := coalesce(
        (
            select flag_figure.submission_key
            from checks.flag_figure
            inner join checks.flag on flag_figure.flag_id = flag.flag_id
            where (flag_figure.flag_id, flag_figure.figure_key, flag_figure.rule_id) = (new.flag_id, new.figure_key, new.rule_id)
            order by flag_figure.submission_key <> flag.submission_key, flag_figure.submission_key desc
            limit 1
        ),
        (
            select (cell ->> 'submission_key')::bigint
            from checks.flag cross join jsonb_array_elements(flag.alternatives -> 0 -> 'cells') as cell
            where flag.flag_id = new.flag_id and cell ->> 'figure_key' = new.figure_key
            limit 1
        )
    );
    return new;
end
$$;

drop policy reviewers_decide on review.decision;
create policy reviewers_decide on review.decision for insert to reviewer
with check (review.may_be_decided(flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision));

create function review.guard_signature() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
    word record;
begin
    if tg_op <> 'INSERT' then
        raise insufficient_privilege using message = 'Signatures are kept as they were made.';
    end if;
    select
        decision.flag_id, decision.decided_by,
        array_agg(decision.figure_key) as figure_keys,
        array_agg(distinct decision.carried_by) as carriers,
        bool_and(decision.word_state = 'pending') as is_pending,
        bool_and(review.may_be_decided(
            decision.flag_id, decision.figure_key, decision.rule_id, decision.rule_terms_hash, decision.reported_value,
            decision.decision
        )) as is_same
    into word
    from review.decision_state as decision
    where decision.group_key = new.group_key
    group by decision.flag_id, decision.decided_by;
    if word is null or not exists (select 1 from review.signature_needed where signature_needed.group_key = new.group_key) then
        raise insufficient_privilege using message = 'There is no such word that waits for a signature.', constraint = 'nothing_to_sign';
    end if;
    perform review.check_speaker(new.signed_by, new.carried_from, word.flag_id, word.figure_keys);
    if new.signed_by = word.decided_by or new.signed_by = any(word.carriers) then
        raise insufficient_privilege using
            message = format('%s decided or recorded this word; somebody else signs it.', new.signed_by), constraint = 'own_word';
    end if;
    if not word.is_pending then
        raise insufficient_privilege using
            message = 'This word was signed, ended, or followed by a later one.', constraint = 'word_ended';
    end if;
    if not word.is_same then
        raise insufficient_privilege using
            message = format('Flag %s is no longer what was decided on.', word.flag_id), constraint = 'flag_changed';
    end if;
    new.carried_by := case when new.carried_from is not null then session_user end;
    new.recorded_at := clock_timestamp();
    return new;
end
$$;
create trigger guard_signature before insert or update or delete on review.signature
for each row execute function review.guard_signature();
create trigger guard_signatures before truncate on review.signature
for each statement execute function review.guard_signature();

create function review.guard_revocation() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
    word record;
begin
    if tg_op <> 'INSERT' then
        raise insufficient_privilege using message = 'Revocations are kept as they were made.';
    end if;
    select decision.flag_id, decision.figure_key, decision.word_state into word
    from review.decision_state as decision
    where decision.decision_key = new.decision_key;
    if word is null then
        raise insufficient_privilege using message = 'There is no such decision.', constraint = 'nothing_to_revoke';
    end if;
    perform review.check_speaker(new.revoked_by, new.carried_from, word.flag_id, array[word.figure_key], true);
    if word.word_state not in ('counts', 'pending') then
        raise insufficient_privilege using message = 'This decision has ended already.', constraint = 'word_ended';
    end if;
    new.carried_by := case when new.carried_from is not null then session_user end;
    new.recorded_at := clock_timestamp();
    return new;
end
$$;
create trigger guard_revocation before insert or update or delete on review.revocation
for each row execute function review.guard_revocation();
create trigger guard_revocations before truncate on review.revocation
for each statement execute function review.guard_revocation();

-- Only the trigger of review.decision writes here (0081).
create trigger append_only before update or delete or truncate on review.signature_needed
for each statement execute function review.refuse_change();

-- Who put a name under a decision on a flag of a period does not sign off the period.
create function review.refuse_signer() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if new.act = 'finalise' and exists (
        select 1
        from review.signature
        inner join review.decision on signature.group_key = decision.group_key
        inner join checks.flag on decision.flag_id = flag.flag_id
        where signature.signed_by = session_user and flag.period_end = new.period_end
    ) then
        raise exception '% signed a decision on a flag of period %; somebody else signs it.',
            session_user, to_char(new.period_end, 'YYYY-MM');
    end if;
    return new;
end
$$;
create trigger refuse_signer before insert on review.final for each row execute function review.refuse_signer();

grant select on review.signature_needed, review.signature, review.revocation, review.decision_state
to transformer, reviewer, answer_carrier;
grant insert (group_key, reason, signed_at) on review.signature to reviewer;
grant insert (decision_key, reason, revoked_at) on review.revocation to reviewer;
grant insert (group_key, reason, signed_at, signed_by, carried_from) on review.signature to answer_carrier;
grant insert (decision_key, reason, revoked_at, revoked_by, carried_from) on review.revocation to answer_carrier;
