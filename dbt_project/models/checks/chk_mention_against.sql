-- Every mention against the figure in force of its key, over intervals, both in the currency or the indicator's unit. A
-- difference is at most soft: the figure was judged at the door and by rules, the text was not.
{{ config(materialized='ephemeral') }}

with submission as (
    select * from {{ ref('stg_submission') }}
    where submission_kind = 'mentions' and door_verdict = 'accept'
),

figure as (
    select * from {{ ref('chk_mention_figure') }}
),

meaning as (
    select * from {{ ref('stg_indicator') }}
),

unit_of_measure as (
    select * from {{ ref('units_of_measure') }}
),

same_key as (
    select
        submission_key,
        mention_number,
        concat_ws(
            '|', unit_key, budget_year, period_end, coalesce(fund_code, '-'), coalesce(activity_code, '-'),
            indicator_code, measure
        ) as mention_key
    from {{ source('raw', 'mention') }}
),

-- the text breaks a number down into others of the same key: they say less than the key and are no second word on it
part as (
    select distinct
        relation.submission_key,
        term.mention_number
    from {{ source('raw', 'mention_relation') }} as relation
    cross join lateral unnest(relation.left_mentions) as term (mention_number)
    inner join same_key as whole
        on relation.submission_key = whole.submission_key
        and relation.right_mention = whole.mention_number
    inner join same_key as piece
        on relation.submission_key = piece.submission_key
        and term.mention_number = piece.mention_number
        and whole.mention_key = piece.mention_key
    where relation.relation_kind = 'sum'
),

paired as (
    select
        mention.submission_key,
        mention.mention_number,
        mention.written,
        coalesce(mention.unit, '') as unit,
        mention.unit_key,
        mention.indicator_code,
        mention.measure,
        mention.period_end,
        mention.qualifier,
        -- a text counts in its own unit of money, staging in the currency
        coalesce(told.stored_factor, 1) as factor,
        mention.value,
        -- words such as "hơn" get the same finite reading as in stg_figure
        coalesce(mention.low, mention.value - 0.1 * abs(mention.value)) as low,
        coalesce(mention.high, mention.value + 0.1 * abs(mention.value)) as high,
        coalesce(told.stored_unit, mention.unit) = meaning.stored_unit as is_same_unit,
        figure.submission_key is not null as has_figure,
        part.submission_key is not null as is_part,
        max(mention.value) filter (where part.submission_key is null) over one_key
        <> min(mention.value) filter (where part.submission_key is null) over one_key as is_one_of_several,
        figure.reason as figure_reason,
        mention.qualifier <> 'exact' or figure.is_qualified as is_qualified,
        figure.value as figure_value,
        figure.low as figure_low,
        figure.high as figure_high,
        figure.truncated_low as figure_truncated_low,
        figure.truncated_high as figure_truncated_high
    from {{ source('raw', 'mention') }} as mention
    inner join submission on mention.submission_key = submission.submission_key
    left join meaning on mention.indicator_code = meaning.indicator_code
    left join unit_of_measure as told on mention.unit = told.unit
    left join figure
        on mention.submission_key = figure.submission_key
        and mention.mention_number = figure.mention_number
    inner join same_key
        on mention.submission_key = same_key.submission_key
        and mention.mention_number = same_key.mention_number
    left join part
        on mention.submission_key = part.submission_key
        and mention.mention_number = part.mention_number
    where mention.measure is null or mention.measure not in ('target', 'ratio')
    window one_key as (partition by mention.submission_key, same_key.mention_key)
),

compared as (
    select
        paired.*,
        value * factor as mention_value,
        low * factor - figure_high as difference_low,
        high * factor - figure_low as difference_high,
        value * factor - case when value <= 0 then (high - low) * factor else 0 end - figure_truncated_high
            as truncated_low,
        value * factor + case when value >= 0 then (high - low) * factor else 0 end - figure_truncated_low
            as truncated_high,
        case
            when indicator_code is null or measure is null or unit_key is null or period_end is null
                then 'incomplete_key'
            when is_part then 'part_of_another'
            when not has_figure then 'no_figure'
            when figure_reason is not null then figure_reason
            when value is null then 'no_single_value'
            when not is_same_unit then 'unit_differs'
        end as reason
    from paired
),

placed as (
    select
        compared.*,
        case
            when reason is not null then null
            when is_qualified and mention_value <> figure_value
                then case when difference_low <= 0 and difference_high >= 0 then 'soft' end
            else checks.closeness(
                    '==',
                    mention_value - figure_value,
                    difference_low,
                    difference_high,
                    truncated_low,
                    truncated_high
                )
        end as near
    from compared
),

settled as (
    select
        placed.*,
        -- a text with two numbers under one key does not say which of them is the whole
        coalesce(reason, case when near is null and is_one_of_several then 'one_of_several' end) as why_undecided
    from placed
),

reason_sentence (reason, vi, en) as (
    values
    ('incomplete_key', 'văn bản không nêu đủ đơn vị, kỳ, chỉ tiêu', 'the text leaves unit, period or indicator open'),
    ('part_of_another', 'đây là một phần của số khác', 'it is a part of another number'),
    ('one_of_several', 'văn bản nêu nhiều số cho một chỉ tiêu', 'the text gives several numbers for one key'),
    ('no_figure', 'chưa có số liệu nào đang có hiệu lực', 'there is no figure in force'),
    ('period_differs', 'số liệu đang có hiệu lực tính từ ngày khác', 'the figure in force counts from another day'),
    ('succession_in_year', 'đơn vị tiếp nhận đơn vị khác trong năm', 'the unit followed others in this year'),
    ('figure_missing', 'báo cáo đang có hiệu lực để trống', 'the report in force leaves it out'),
    ('not_added_up', 'chỉ tiêu này không được cộng', 'this indicator is not added up'),
    ('reports_missing', 'còn báo cáo chưa có', 'some reports are not there'),
    ('no_single_value', 'văn bản không nêu một số duy nhất', 'the text does not give one number'),
    ('unit_differs', 'đơn vị tính khác nhau', 'the units of measure differ')
),

final as (
    select
        submission_key,
        mention_number,
        'figure' as judgement,
        0 as relation_number,
        'same_key' as relation_kind,
        written,
        case
            when settled.why_undecided is not null then 'undecided' when near is not null then 'pass' else 'fail'
        end as verdict,
        case when settled.why_undecided is null then coalesce(near, 'soft') end as closeness,
        settled.why_undecided as reason,
        value as mention_value,
        case when settled.why_undecided is null then figure_value / factor end as other_value,
        case
            when settled.why_undecided is null
                then
                    '«' || written || '»: số liệu đang có hiệu lực là '
                    || {{ printed_number('figure_value / factor', 'vi') }} || ' ' || unit
                    || case when near is null then ', văn bản nêu ' else ', khớp với văn bản: ' end
                    || {{ printed_number('value', 'vi') }} || ' ' || unit || '.'
            else '«' || written || '»: chưa so được với số liệu, vì ' || reason_sentence.vi || '.'
        end as explanation_vi,
        case
            when settled.why_undecided is null
                then
                    '“' || written || '”: the figure in force is '
                    || {{ printed_number('figure_value / factor', 'en') }} || ' ' || unit
                    || case when near is null then ', the text states ' else ', which agrees with the text: ' end
                    || {{ printed_number('value', 'en') }} || ' ' || unit || '.'
            else '“' || written || '”: not compared with a figure, because ' || reason_sentence.en || '.'
        end as explanation_en
    from settled
    left join reason_sentence on settled.why_undecided = reason_sentence.reason
)

select * from final
