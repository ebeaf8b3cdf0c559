-- Every report that the calendar asks for up to tonight: unit × form × period_end, when it is due, and who is chased.
{{ config(materialized='table', indexes=[{'columns': ['unit_key', 'form_code', 'period_end']}]) }}

with asked as (
    select * from {{ ref('stg_asked') }}
),

final as (
    select
        unit_key,
        unit_kind,
        form_code,
        period_end,
        budget_year,
        sender_role,
        calendar_code,
        owed_by,
        due_date,
        is_due,
        responsible_unit_key,
        legal_basis,
        certainty
    from asked
    where is_owed
)

select * from final
