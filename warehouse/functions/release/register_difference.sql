-- Rows of the register that stand in only one of two runs.
create function release.register_difference(p_run_a bigint, p_run_b bigint)
returns table (table_name text, content jsonb)
language sql stable as $$
    with kept as (
        select r.run_key, t.key as table_name, t.value as content_hash
        from release.run as r cross join lateral jsonb_each_text(r.register_tables) as t
        where r.run_key in (p_run_a, p_run_b)
    ),
    changed as (
        select coalesce(a.table_name, b.table_name) as table_name, a.content_hash as hash_a, b.content_hash as hash_b
        from (select * from kept where run_key = p_run_a) as a
        full join (select * from kept where run_key = p_run_b) as b on a.table_name = b.table_name
        where a.content_hash is distinct from b.content_hash
    ),
    element as (
        select c.table_name, e.value as content, r.content_hash = c.hash_b as is_b
        from changed as c
        inner join release.register_content as r on r.content_hash in (c.hash_a, c.hash_b)
        cross join lateral jsonb_array_elements(r.content) as e
    )
    select e.table_name, e.content from element as e
    group by e.table_name, e.content
    having bool_and(e.is_b) or not bool_or(e.is_b)
$$;
comment on function release.register_difference is 'Rows of the register that only one of two runs read.';
