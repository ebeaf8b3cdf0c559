-- The budget year that a day lies in. Of one expression, so that it is put in the place of its call.
create function register.budget_year_of(of_day date) returns integer
language sql immutable parallel safe
return extract(year from of_day - make_interval(months => register.first_month() - 1))::integer + register.years_ahead();
comment on function register.budget_year_of is 'The budget year that a day lies in.';
