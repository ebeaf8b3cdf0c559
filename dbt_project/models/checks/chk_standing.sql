-- What stands for the other identities while rules are judged: what the gate chose in this run, before that the newest
-- that the door accepted.
{{ config(materialized='table', unlogged=true) }}

with chosen as (
    select standing.submission_key
    from {{ source('checks', 'standing') }} as standing
    inner join {{ source('release', 'tonight') }} as tonight on standing.run_key = tonight.run_key
),

guessed as (
    select submission_key
    from {{ ref('stg_submission') }}
    where is_newest_accepted
),

final as (
    select submission_key from chosen
    union all
    select submission_key from guessed
    where not exists (select 1 from chosen)
)

select * from final
