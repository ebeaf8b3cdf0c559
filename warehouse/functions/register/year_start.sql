create function register.year_start(budget_year integer) returns date
language sql immutable parallel safe
return make_date(budget_year - register.years_ahead(), register.first_month(), 1);
comment on function register.year_start is 'The first day of a budget year.';
