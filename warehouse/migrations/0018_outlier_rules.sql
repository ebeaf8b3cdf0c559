-- Rules of the family outlier: a figure that moved far otherwise than those of the other units.
alter table register.rule drop constraint rule_family_check;
alter table register.rule add constraint rule_family_check
check (family in ('linear', 'ratio', 'unique', 'not_copy', 'cap', 'outlier'));
