-- Whose figures of which funds together are what a mention speaks of: one row a mention, reporting unit and fund.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with mention as (
    select
        mention.submission_key,
        mention.mention_number,
        mention.unit_key,
        mention.budget_year,
        mention.period_start,
        mention.period_end,
        coalesce(mention.fund_code, '') as asked_fund,
        mention.activity_code,
        mention.indicator_code,
        mention.measure,
        -- a text cannot know the plans of days after the period of which it speaks
        case
            when mention.measure = 'plan' then least(submission.period_end, mention.period_end) else mention.period_end
        end as known_at
    from {{ source('raw', 'mention') }} as mention
    inner join {{ ref('stg_submission') }} as submission on mention.submission_key = submission.submission_key
    where
        submission.submission_kind = 'mentions'
        and submission.door_verdict = 'accept'
        and mention.measure not in ('target', 'ratio')
        and mention.indicator_code is not null
        and mention.unit_key is not null
        and mention.period_end is not null
),

unit as (
    select * from {{ ref('units') }}
),

group_member as (
    select * from {{ ref('group_members') }}
),

-- a unit speaks for itself, a group for its members; a group of which no members are listed is the whole country
speaker as (
    select
        unit_key as asked_key,
        false as is_group,
        unit_key,
        '-infinity'::date as valid_from,
        'infinity'::date as valid_to
    from unit
    where unit_kind <> 'group'
    union all
    select
        group_key as asked_key,
        true as is_group,
        unit_key,
        valid_from,
        coalesce(valid_to, 'infinity') as valid_to
    from group_member
    union all
    select
        nation.unit_key as asked_key,
        true as is_group,
        unit.unit_key,
        unit.valid_from,
        coalesce(unit.valid_to, 'infinity') as valid_to
    from unit as nation
    inner join unit on unit.unit_kind <> 'group'
    left join group_member on nation.unit_key = group_member.group_key
    where nation.unit_kind = 'group' and group_member.group_key is null
),

open_scope as (
    select
        mention.*,
        speaker.is_group,
        speaker.unit_key as speaker_key
    from mention
    inner join speaker
        on mention.unit_key = speaker.asked_key
        and mention.known_at between speaker.valid_from and speaker.valid_to
),

followed as (
    select
        open_scope.submission_key,
        open_scope.mention_number,
        open_scope.speaker_key,
        succession.predecessor_key
    from open_scope
    inner join {{ ref('stg_succession') }} as succession
        on open_scope.speaker_key = succession.successor_key
        and open_scope.known_at >= succession.effective_date
        and register.budget_year_of(succession.effective_date) = open_scope.budget_year
),

successor as (
    select distinct
        submission_key,
        mention_number,
        speaker_key
    from followed
),

-- lines of a decision still name the unit that has closed since; other forms are the successor's own
reporter as (
    select
        open_scope.*,
        open_scope.speaker_key as reporter_key,
        false as is_closed,
        successor.speaker_key is not null as has_followed
    from open_scope
    left join successor
        on open_scope.submission_key = successor.submission_key
        and open_scope.mention_number = successor.mention_number
        and open_scope.speaker_key = successor.speaker_key
    union all
    select
        open_scope.*,
        followed.predecessor_key as reporter_key,
        true as is_closed,
        true as has_followed
    from open_scope
    inner join followed
        on open_scope.submission_key = followed.submission_key
        and open_scope.mention_number = followed.mention_number
        and open_scope.speaker_key = followed.speaker_key
),

fund as (
    select * from {{ ref('funds') }}
),

-- a fund is itself and what lies below it; where none is named all money of the programme is meant
fund_scope as (
    select
        fund_code as asked_fund,
        fund_code
    from fund
    union all
    select
        parent_fund_code as asked_fund,
        fund_code
    from fund
    where parent_fund_code <> ''
    union all
    select
        '' as asked_fund,
        fund_code
    from fund
    where is_of_programme
),

final as (
    select
        reporter.*,
        fund_scope.fund_code
    from reporter
    inner join fund_scope on reporter.asked_fund = fund_scope.asked_fund
)

select * from final
