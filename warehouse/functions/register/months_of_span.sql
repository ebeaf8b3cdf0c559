-- How many months a span from a day of one month to a day of another has, both counted.
create function register.months_of_span(first_day date, last_day date) returns integer
language sql immutable parallel safe
return ((extract(year from last_day) - extract(year from first_day)) * 12
    + extract(month from last_day) - extract(month from first_day) + 1)::integer;
comment on function register.months_of_span is 'How many months a span has, with those that it begins and ends in.';
