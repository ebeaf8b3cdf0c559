-- Of a plan that is stated as a level, one level counts on any day: two of one key never overlap.
with level as (
    select
        contribution.*,
        lead(contribution.effective_from) over (
            partition by
                contribution.unit_key, contribution.budget_year, contribution.fund_code, contribution.activity_code,
                contribution.indicator_code, contribution.project_key, contribution.dimension_key
            order by contribution.effective_from
        ) as next_from
    from {{ ref('fct_contribution') }} as contribution
    inner join {{ source('register', 'form') }} as form
        on contribution.form_code = form.form_code and not form.has_document_no
    where contribution.measure = 'plan'
)

select
    unit_key,
    indicator_code,
    activity_code,
    effective_from,
    effective_to,
    next_from
from level
where
    next_from < coalesce(effective_to, 'infinity')
    or effective_to <= effective_from
