-- When a budget year begins and after which calendar year it is called, by the rows of parameters.csv. One row, there from the
-- start, because every function of the year reads it (warehouse/functions/register/first_month.sql).
create table register.budget_years (
    is_only boolean primary key default true check (is_only),
    first_month integer not null check (first_month between 1 and 12),
    is_named_by_end boolean not null
);
comment on table register.budget_years is
'When a budget year begins and after which calendar year it is called. It does not change once figures were read.';
comment on column register.budget_years.first_month is 'The month that begins a budget year, 1 to 12.';
comment on column register.budget_years.is_named_by_end is
'Whether a budget year is called after the calendar year in which it ends; else after the one in which it begins.';
insert into register.budget_years (first_month, is_named_by_end) values (1, false);
grant select on register.budget_years to loader, transformer, reviewer, bi_reader, answer_carrier;
