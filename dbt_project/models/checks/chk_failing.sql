-- The verdicts whose cells are wanted: figures disagree, or one side is missing. Small, and counted, so that the
-- planner starts from here.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with verdict as (
    select * from {{ ref('chk_verdict') }}
),

rule as (
    select
        rule_id,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

final as (
    select
        rule.rule_number,
        verdict.*
    from verdict
    inner join rule on verdict.rule_id = rule.rule_id
    where verdict.verdict in ('fail', 'could_not_run') or verdict.reason = 'missing_counterpart'
)

select * from final
