-- The last day of the same month one year earlier; of February in a leap year the 29th.
create function release.year_before(month_end date) returns date
language sql immutable parallel safe
return (date_trunc('month', month_end) - interval '11 months' - interval '1 day')::date;
comment on function release.year_before is 'The last day of the same month one year earlier.';
