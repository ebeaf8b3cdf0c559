-- Which submissions a judged submission is compared with, for every form and shift of time that its rules name.
-- evidence_unit_keys limits lines to those units; null takes all lines.
{{ config(
    materialized='table',
    indexes=[{'columns': ['submission_key', 'form_code', 'period_shift']}],
    post_hook='analyze {{ this }}'
) }}

with judged as (
    select * from {{ ref('chk_submission') }}
),

standing as (
    select
        submission.*,
        least(coalesce(submission.cutoff_date, submission.period_end), submission.received_at::date) as cut_off_date,
        names_units.form_code is not null as names_units
    from {{ ref('stg_submission') }} as submission
    inner join {{ ref('chk_standing') }} as chosen on submission.submission_key = chosen.submission_key
    left join (
        select distinct form_code
        from {{ source('register', 'form_column') }}
        where column_type = 'unit' and column_role = 'key'
    ) as names_units on submission.form_code = names_units.form_code
),

succession as (
    select * from {{ ref('stg_succession') }}
),

need as (
    select distinct
        rule.judges_form,
        rule_term.form_code,
        rule_term.period_shift
    from {{ source('register', 'rule') }} as rule
    inner join {{ source('register', 'rule_term') }} as rule_term on rule.rule_id = rule_term.rule_id
),

unit_and_predecessors as (
    select
        judged.submission_key,
        array_agg(distinct family.unit_key) as unit_keys
    from judged
    cross join
        lateral (
            select judged.unit_key
            union all
            select succession.predecessor_key
            from succession
            where succession.successor_key = judged.unit_key and succession.effective_date <= judged.period_end
        ) as family
    group by judged.submission_key
),

itself as (
    select
        submission_key,
        form_code,
        'same' as period_shift,
        submission_key as evidence_submission_key,
        null::text[] as evidence_unit_keys
    from judged
),

same_period as (
    select
        judged.submission_key,
        standing.form_code,
        'same' as period_shift,
        standing.submission_key as evidence_submission_key,
        case when standing.names_units and not judged.names_units then array[judged.unit_key] end as evidence_unit_keys
    from judged
    inner join need
        on judged.form_code = need.judges_form
        and need.period_shift = 'same'
        and need.form_code <> need.judges_form
    inner join standing
        on need.form_code = standing.form_code
        and judged.period_end = standing.period_end
        and judged.budget_year = standing.budget_year
        and (judged.unit_key = standing.unit_key or standing.names_units or judged.names_units)
),

own_previous as (
    select distinct on (judged.submission_key)
        judged.submission_key,
        judged.form_code,
        'previous' as period_shift,
        standing.submission_key as evidence_submission_key,
        null::text[] as evidence_unit_keys
    from judged
    inner join standing
        on judged.form_code = standing.form_code
        and judged.unit_key = standing.unit_key
        and judged.sender_role = standing.sender_role
        and judged.budget_year = standing.budget_year
        and judged.period_start = standing.period_start
        and judged.period_end > standing.period_end
        and not judged.has_document_no
    order by judged.submission_key, standing.period_end desc
),

-- the last report of each closed predecessor in the same budget year, for a successor that reports from its begin
predecessors as (
    select distinct on (judged.submission_key, succession.predecessor_key)
        judged.submission_key,
        judged.form_code,
        standing.submission_key as evidence_submission_key
    from judged
    inner join succession
        on judged.unit_key = succession.successor_key
        and judged.period_end >= succession.effective_date
        and register.budget_year_of(succession.effective_date) = judged.budget_year
        and judged.period_start < succession.effective_date
    inner join standing
        on succession.predecessor_key = standing.unit_key
        and judged.form_code = standing.form_code
        and judged.budget_year = standing.budget_year
        and succession.effective_date > standing.period_end
    order by judged.submission_key, succession.predecessor_key, standing.period_end desc
),

prior_year as (
    select
        judged.submission_key,
        judged.form_code,
        'prior_year' as period_shift,
        standing.submission_key as evidence_submission_key,
        null::text[] as evidence_unit_keys
    from judged
    inner join unit_and_predecessors on judged.submission_key = unit_and_predecessors.submission_key
    inner join standing
        on standing.unit_key = any(unit_and_predecessors.unit_keys)
        and judged.form_code = standing.form_code
        and judged.sender_role = standing.sender_role
        and standing.budget_year = judged.budget_year - 1
        and standing.period_end = (
            date_trunc('month', judged.period_end - interval '1 year') + interval '1 month - 1 day'
        )::date
        and standing.period_start = (judged.period_start - interval '1 year')::date
),

plan_in_force as (
    select
        judged.submission_key,
        standing.form_code,
        'plan_in_force' as period_shift,
        standing.submission_key as evidence_submission_key,
        case when not judged.names_units then unit_and_predecessors.unit_keys end as evidence_unit_keys
    from judged
    inner join need on judged.form_code = need.judges_form and need.period_shift = 'plan_in_force'
    inner join unit_and_predecessors on judged.submission_key = unit_and_predecessors.submission_key
    inner join standing
        on need.form_code = standing.form_code
        and judged.budget_year = standing.budget_year
        and coalesce(standing.document_date, standing.period_end) <= judged.period_end
        -- a decision is judged with itself in the place of the version of it that stands
        and judged.identity_key <> standing.identity_key
    union all
    select
        judged.submission_key,
        judged.form_code,
        'plan_in_force' as period_shift,
        judged.submission_key as evidence_submission_key,
        null::text[] as evidence_unit_keys
    from judged
    inner join need
        on judged.form_code = need.judges_form
        and judged.form_code = need.form_code
        and need.period_shift = 'plan_in_force'
),

-- the last report of the budget year before, of every form that rules name so: of the unit, and of those that it took
-- in unless its own report of that year already contains them
year_before as (
    select
        judged.submission_key,
        standing.form_code,
        standing.unit_key,
        standing.submission_key as evidence_submission_key,
        standing.period_start,
        standing.unit_key = judged.unit_key as is_own,
        succession.effective_date,
        case when standing.names_units and not judged.names_units then unit_and_predecessors.unit_keys end
            as evidence_unit_keys,
        rank() over (
            partition by judged.submission_key, standing.form_code, standing.unit_key order by standing.period_end desc
        ) as newest_first
    from judged
    inner join need on judged.form_code = need.judges_form and need.period_shift = 'last_of_year_before'
    inner join unit_and_predecessors on judged.submission_key = unit_and_predecessors.submission_key
    inner join standing
        on need.form_code = standing.form_code
        and judged.budget_year = standing.budget_year + 1
        and (standing.unit_key = any(unit_and_predecessors.unit_keys) or standing.names_units)
        and (judged.form_code <> standing.form_code or judged.sender_role = standing.sender_role)
    left join succession
        on standing.unit_key = succession.predecessor_key and judged.unit_key = succession.successor_key
),

last_of_year_before as (
    select distinct
        submission_key,
        form_code,
        'last_of_year_before' as period_shift,
        evidence_submission_key,
        evidence_unit_keys
    from year_before
    where
        newest_first = 1
        and not exists (
            select 1 from year_before as own
            where
                own.submission_key = year_before.submission_key
                and own.form_code = year_before.form_code
                and own.is_own
                and own.newest_first = 1
                and own.period_start < year_before.effective_date
                and not year_before.is_own
        )
),

gathered as (
    select * from itself
    union all
    select * from same_period
    union all
    select * from own_previous
    union all
    select
        submission_key,
        form_code,
        'previous' as period_shift,
        evidence_submission_key,
        null::text[] as evidence_unit_keys
    from predecessors
    where not exists (
            select 1 from own_previous
            where own_previous.submission_key = predecessors.submission_key
        )
    union all
    select
        submission_key,
        form_code,
        'predecessors' as period_shift,
        evidence_submission_key,
        null::text[] as evidence_unit_keys
    from predecessors
    union all
    select * from prior_year
    union all
    select * from plan_in_force
    union all
    select * from last_of_year_before
),

final as (
    select
        gathered.submission_key,
        gathered.form_code,
        gathered.period_shift,
        gathered.evidence_submission_key,
        gathered.evidence_unit_keys,
        submission.period_end as evidence_period_end,
        least(coalesce(submission.cutoff_date, submission.period_end), submission.received_at::date) as cut_off_date
    from gathered
    inner join {{ ref('stg_submission') }} as submission
        on gathered.evidence_submission_key = submission.submission_key
    where exists (
            select 1 from need
            where need.form_code = gathered.form_code and need.period_shift = gathered.period_shift
        )
)

select * from final
