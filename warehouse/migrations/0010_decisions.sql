-- What stands is remembered with its run, so that the first judgement of a night does not start from last night's choice.
alter table checks.standing add column run_key bigint;

-- A ratio may be tried with other denominators; a term may count instead of adding.
alter table register.rule_term add column alternative integer not null default 0;
alter table register.rule_term add column aggregate text not null default 'sum'
check (aggregate in ('sum', 'count_lines'));

-- A decision ends for good: once the value in force, the rule's terms or its bounds have changed, it does not come back
-- when they change again. The gate writes the lapse; the decision itself stays as it was made.
create table review.decision_lapse (
    decision_key bigint primary key references review.decision,
    run_key bigint not null,
    reason text not null check (reason in ('value_changed', 'rule_changed'))
);
comment on table review.decision_lapse is 'The night on which a decision ended, and why.';

create view review.decision_in_force as
select distinct on (decision.figure_key, decision.rule_id) decision.*
from review.decision
cross join release.tonight
inner join register.rule on decision.rule_id = rule.rule_id and decision.rule_terms_hash = rule.terms_hash
left join review.decision_lapse on decision.decision_key = decision_lapse.decision_key
where
    decision.decided_at <= tonight.as_of
    and decision_lapse.decision_key is null
    and (decision.until_date is null or decision.until_date >= tonight.as_of::date)
order by decision.figure_key, decision.rule_id, decision.decided_at desc, decision.decision_key desc;
comment on view review.decision_in_force is
'The last word on each (figure, rule) that tonight still counts: not ended, not past its day, about the rule as it stands.';

grant select on review.decision_in_force, review.decision_lapse to transformer, reviewer;

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
grant select on checks.flag_figure to reviewer;
