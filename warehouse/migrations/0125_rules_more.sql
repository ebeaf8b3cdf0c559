-- What a term of a rule may say besides (decision 0073): of which lines, by the form's own codes; what the lack of a line or of a
-- report means; a condition under which its rule is due; the last report of the budget year before.
alter table register.rule_term
add column where_codes text [],
add column is_absent_zero boolean not null default false,
add column is_absent_report_zero boolean not null default false;
comment on column register.rule_term.where_codes is
'Sets of codes as JSON; a line is meant when it has all codes of one set. Null takes all lines.';
comment on column register.rule_term.is_absent_zero is 'A line that does not stand in a report that is there means nought.';
comment on column register.rule_term.is_absent_report_zero is 'A report that is not there means nought.';

alter table register.rule_term drop constraint rule_term_side_check;
alter table register.rule_term add constraint rule_term_side_check check (side in ('left', 'right', 'when'));

alter table register.rule_term drop constraint rule_term_role_check;
alter table register.rule_term add constraint rule_term_role_check
check (role in ('term', 'numerator', 'denominator', 'reported', 'own', 'against', 'things', 'whole', 'condition'));

alter table register.rule_term drop constraint rule_term_period_shift_check;
alter table register.rule_term add constraint rule_term_period_shift_check
check (period_shift in ('same', 'previous', 'prior_year', 'plan_in_force', 'predecessors', 'last_of_year_before'));
