-- Rules of the family `scale` (decision 0067): a whole report in a wrong unit of money, told by independent measures. Each
-- of their terms is the report's own figures of a comparison (own), what it is measured against (against), the things that
-- an amount is of (things), or the whole report that stands or falls with them (whole).
alter table register.rule drop constraint rule_family_check;
alter table register.rule add constraint rule_family_check
check (family in ('linear', 'ratio', 'unique', 'not_copy', 'cap', 'outlier', 'scale'));

alter table register.rule_term drop constraint rule_term_role_check;
alter table register.rule_term add constraint rule_term_role_check
check (role in ('term', 'numerator', 'denominator', 'reported', 'own', 'against', 'things', 'whole'));
