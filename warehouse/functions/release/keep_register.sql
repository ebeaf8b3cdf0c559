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
        where t.schemaname = 'register' and t.tablename not in ('loaded', 'sources', 'rule_term', 'budget_years')
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
