-- Who follows whom through whole mergers, however many steps apart.
with succession as (
    select jsonb_agg(to_jsonb(row_of)) as all_rows
    from {{ ref('successions') }} as row_of
),

final as (
    select
        chain.predecessor_key,
        chain.successor_key,
        chain.effective_date,
        chain.steps
    from succession
    cross join lateral register.succession_chain(succession.all_rows) as chain
)

select * from final
