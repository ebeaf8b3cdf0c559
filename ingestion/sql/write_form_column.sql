-- A column of a form as register.form_column shows it.
insert into register.form_column (
    form_code,
    sheet_code,
    column_name,
    position,
    column_type,
    column_role,
    header,
    header_group,
    indicator_code,
    fund_code,
    measure,
    fact,
    counts_as,
    counts_when,
    blank,
    codes
)
values (
    %(form_code)s,
    %(sheet_code)s,
    %(column_name)s,
    %(position)s,
    %(column_type)s,
    %(column_role)s,
    %(header)s,
    %(header_group)s,
    %(indicator_code)s,
    %(fund_code)s,
    %(measure)s,
    %(fact)s,
    %(counts_as)s,
    %(counts_when)s,
    %(blank)s,
    %(codes)s
)
