-- Who follows whom through whole mergers, however many steps apart. Partial transfers are left out: their figures
-- cannot be apportioned without a decided share.
with recursive succession as (
    select * from {{ ref('successions') }}
),

whole as (
    select
        predecessor_key,
        successor_key,
        effective_date
    from succession
    where succession_kind = 'whole'
),

chain as (
    select
        predecessor_key,
        successor_key,
        effective_date,
        1 as steps
    from whole
    union all
    select
        chain.predecessor_key,
        whole.successor_key,
        whole.effective_date,
        chain.steps + 1 as steps
    from chain
    inner join whole on chain.successor_key = whole.predecessor_key
),

final as (
    select
        predecessor_key,
        successor_key,
        effective_date,
        steps
    from chain
)

select * from final
