-- BI reads marts: no column there may be named like a person, a tax code or a contact, and no establishment is shown.
select
    table_name,
    column_name
from information_schema.columns
where
    table_schema = '{{ ref("mart_unit_rollup").schema }}'
    and column_name ~* '(tax|beneficiary|establishment|person|contact|phone|email|address_of|prepared_by|sender|owner)'
