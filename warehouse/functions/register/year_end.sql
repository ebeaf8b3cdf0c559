create function register.year_end(budget_year integer) returns date
language sql immutable parallel safe
return make_date(budget_year - register.years_ahead() + 1, register.first_month(), 1) - 1;
comment on function register.year_end is 'The last day of a budget year.';
