-- The first day of the month that lies so many months before the one of a day. Of one expression, so that it is put in the place of
-- its call.
create function register.months_before(of_day date, months integer) returns date
language sql immutable parallel safe
return (date_trunc('month', of_day::timestamp) - make_interval(months => months))::date;
comment on function register.months_before is 'The first day of the month so many months before the one that a day lies in.';
