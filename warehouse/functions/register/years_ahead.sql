-- By how many a budget year is called later than the calendar year in which it begins: 1 where it is called after its end and
-- does not end with the calendar year, else 0. Immutable as register.first_month is, for the same reason.
create function register.years_ahead() returns integer
language sql immutable parallel safe as $$
    select (c.is_named_by_end and c.first_month > 1)::integer from register.budget_years as c
$$;
comment on function register.years_ahead is
'By how many a budget year is called later than the calendar year in which it begins, 0 or 1.';
