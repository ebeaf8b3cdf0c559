-- One row a unit, form and period: what stands there, and for a unit that followed others, from when its figures
-- count. inclusive: from the year's begin, so they contain the predecessors'; since: from the succession, so the
-- predecessors' are carried.

with report as (
    select * from {{ ref('fct_report') }}
),

succession as (
    select * from {{ ref('stg_succession') }}
),

merged as (
    select
        report.unit_key,
        report.form_code,
        report.period_end,
        register.budget_year_of(report.period_end) as budget_year,
        min(report.sender_role) as sender_role,
        bool_or(report.is_owed) as is_owed,
        bool_or(report.state in ('in_force', 'nil')) as is_in_force,
        min(report.period_start) filter (where report.state in ('in_force', 'nil')) as period_start,
        coalesce(min(report.sha256_in_force), '') as sha256_in_force
    from report
    group by report.unit_key, report.form_code, report.period_end
),

-- a later report speaks from the same day as the last one in force, until it says otherwise
spoken as (
    select
        *,
        right(max(period_end::text || period_start::text) over (
            partition by unit_key, form_code, budget_year order by period_end
        ), 10)::date as speaks_from,
        lead(period_end) over (partition by unit_key, form_code, budget_year order by period_end) as next_period_end,
        min(case when is_in_force then period_end end) over (
            partition by unit_key, form_code, budget_year order by period_end
            rows between 1 following and unbounded following
        ) as next_in_force
    from merged
),

followed as (
    select
        successor_key,
        register.budget_year_of(effective_date) as budget_year,
        min(effective_date) as succession_date
    from succession
    group by successor_key, register.budget_year_of(effective_date)
),

final as (
    select
        spoken.unit_key,
        spoken.form_code,
        spoken.period_end,
        spoken.budget_year,
        spoken.sender_role,
        spoken.is_owed,
        spoken.is_in_force,
        spoken.sha256_in_force,
        spoken.next_period_end,
        spoken.next_in_force,
        followed.succession_date,
        case
            when followed.succession_date is null then ''
            when spoken.speaks_from = followed.succession_date then 'since'
            when spoken.speaks_from < followed.succession_date then 'inclusive'
            else 'unknown'
        end as succession_way
    from spoken
    left join followed
        on spoken.unit_key = followed.successor_key
        and spoken.budget_year = followed.budget_year
        and spoken.period_end >= followed.succession_date
)

select * from final
