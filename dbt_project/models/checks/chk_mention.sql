-- Every judgement of a number in running text: against the other numbers of its text where the text states how they
-- belong together, and against the figure in force of its key. Nothing here is a figure, raises a flag or holds one.
{{ config(materialized='table', indexes=[{'columns': ['submission_key', 'mention_number']}]) }}

with by_text as (
    select * from {{ ref('chk_mention_text') }}
),

by_figure as (
    select * from {{ ref('chk_mention_against') }}
),

final as (
    select * from by_text
    union all
    select * from by_figure
)

select * from final
