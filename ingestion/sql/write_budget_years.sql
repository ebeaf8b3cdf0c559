update register.budget_years
set
    first_month = %(first_month)s,
    is_named_by_end = %(is_named_by_end)s
where not exists (select 1 from release.release)
