-- Which month of its budget year a day lies in, 1 to 12: what the periods of forms and of the calendar of reports are told in.
create function register.month_of_year(of_day date) returns integer
language sql immutable parallel safe
return extract(month from of_day - make_interval(months => register.first_month() - 1))::integer;
comment on function register.month_of_year is 'Which month of its budget year a day lies in, 1 to 12.';
