-- The month that begins a budget year. Immutable although it reads a row: the row changes only while the warehouse holds no
-- figure (ingestion.budget_year_row), and so the planner puts the month into a statement once, not once a row.
create function register.first_month() returns integer
language sql immutable parallel safe as $$
    select c.first_month from register.budget_years as c
$$;
comment on function register.first_month is 'The month that begins a budget year, 1 to 12.';
