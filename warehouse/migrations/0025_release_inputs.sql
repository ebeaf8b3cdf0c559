-- What a released row was made from, so that its reason can be told from its own inputs: the rules that hold it, the
-- decision that lets it pass, the form it came in. Carried along; no part of what a release says.
alter table release.contribution
add column form_code text not null default '',
add column held_by text not null default '',
add column decision_reference text not null default '';

-- Each table of the register as a released night read it, kept once for each content.
create table release.register_content (
    content_hash text primary key,
    table_name text not null,
    content jsonb not null
);
comment on table release.register_content is 'Rows of one table of the register, as a night read them.';

alter table release.run add column register_tables jsonb not null default '{}';
comment on column release.run.register_tables is 'Table of the register → content_hash in release.register_content.';

-- Keep the register as it stands now on a run. Nothing but what decides figures, counts, places and holds.
create function release.keep_register(p_run bigint) returns void
language plpgsql as $$
declare
    name text;
    rows_now jsonb;
    hash_now text;
    kept jsonb := '{}';
begin
    for name in
        select t.tablename from pg_tables as t
        where t.schemaname = 'register' and t.tablename not in ('loaded', 'sources', 'rule_term')
            and t.tablename not like 'narrative%'
        order by t.tablename
    loop
        execute format(
            'select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), ''[]'') from register.%I as t', name
        ) into rows_now;
        hash_now := encode(sha256(convert_to(name || rows_now::text, 'UTF8')), 'hex');
        insert into release.register_content values (hash_now, name, rows_now) on conflict do nothing;
        kept := kept || jsonb_build_object(name, hash_now);
    end loop;
    update release.run set register_tables = kept where run_key = p_run;
end
$$;
comment on function release.keep_register is 'Keep the register as it stands now on a run, each content once.';

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

-- The first of several reasons in the order of the data contract.
create function release.first_reason(p_reasons text []) returns text
language sql immutable parallel safe as $$
    select known.reason
    from unnest(array[
        'register', 'calendar', 'rule', 'succession', 'decision', 'late', 'revision', 'arrival', 'held', 'cleared'
    ]) with ordinality as known (reason, position)
    where known.reason = any(p_reasons)
    order by known.position
    limit 1
$$;

-- History grows with what changes, not with nights: numbers of releases repeat, so their indexes stay small, and a wide
-- index on the key is not needed, because whole sets are compared.
drop index release.contribution_open;
drop index release.contribution_key;
drop index release.report_open;
create index contribution_opened on release.contribution (opened_release);
create index contribution_closed on release.contribution (closed_release);
create index report_opened on release.report (opened_release);
create index report_closed on release.report (closed_release);

grant select on release.register_content to transformer, reviewer;
