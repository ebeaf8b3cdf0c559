-- By how much a flag is expected to change one national row.
insert into checks.flag_effect (
    flag_id, budget_year, period_end, fund_code, indicator_code, measure, effect, national_value
)
values (
    %(flag_id)s, %(budget_year)s, %(period_end)s, %(fund_code)s, %(indicator_code)s, %(measure)s, %(effect)s,
    %(national_value)s
)
