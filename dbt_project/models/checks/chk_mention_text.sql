-- What a text says of its own numbers, as the reader judged it over intervals. Only beyond rounding is it a failure: a
-- word such as "khoảng", or a base that the text does not name, leaves it open.
{{ config(materialized='ephemeral') }}

with submission as (
    select * from {{ ref('stg_submission') }}
    where submission_kind = 'mentions' and door_verdict = 'accept'
),

mention as (
    select * from {{ source('raw', 'mention') }}
),

relation as (
    select mention_relation.*
    from {{ source('raw', 'mention_relation') }} as mention_relation
    inner join submission on mention_relation.submission_key = submission.submission_key
),

term as (
    select
        relation.submission_key,
        relation.relation_number,
        sum(mention.value) as term_sum,
        bool_or(mention.value is null) as is_open,
        max(mention.value) filter (where term.position = 1) as first_term,
        max(mention.value) filter (where term.position = 2) as second_term
    from relation
    cross join lateral unnest(relation.left_mentions) with ordinality as term (mention_number, position)
    inner join mention
        on relation.submission_key = mention.submission_key
        and term.mention_number = mention.mention_number
    group by relation.submission_key, relation.relation_number
),

computed as (
    select
        relation.*,
        mention.value as mention_value,
        coalesce(mention.unit, '') as unit,
        case
            when term.is_open then null
            when relation.relation_kind = 'sum' then term.term_sum
            when relation.relation_kind = 'ratio' then term.first_term / nullif(term.second_term, 0) * 100
            when relation.relation_kind = 'growth' then (term.first_term / nullif(term.second_term, 0) - 1) * 100
        end as other_value
    from relation
    inner join mention
        on relation.submission_key = mention.submission_key
        and relation.right_mention = mention.mention_number
    left join term
        on relation.submission_key = term.submission_key
        and relation.relation_number = term.relation_number
),

final as (
    select
        submission_key,
        right_mention as mention_number,
        'text' as judgement,
        relation_number,
        relation_kind,
        written,
        case
            when closeness in ('exact', 'rounding', 'truncation', 'borderline') then 'pass'
            when closeness = 'hard' then 'fail'
            else 'undecided'
        end as verdict,
        nullif(closeness, 'undecided') as closeness,
        case closeness when 'undecided' then 'base_not_printed' when 'soft' then 'loosely_worded' end as reason,
        mention_value,
        other_value,
        explanation_vi || case
            when closeness = 'hard' and mention_value is not null and other_value is not null
                then
                    ' Văn bản nêu ' || {{ printed_number('mention_value', 'vi') }} || ' ' || unit
                    || '; các số trong văn bản cho ra ' || {{ printed_number('other_value', 'vi') }} || ' ' || unit
                    || '.'
            else ''
        end as explanation_vi,
        explanation_en || case
            when closeness = 'hard' and mention_value is not null and other_value is not null
                then
                    ' The text states ' || {{ printed_number('mention_value', 'en') }} || ' ' || unit
                    || '; its own numbers give ' || {{ printed_number('other_value', 'en') }} || ' ' || unit || '.'
            else ''
        end as explanation_en
    from computed
)

select * from final
