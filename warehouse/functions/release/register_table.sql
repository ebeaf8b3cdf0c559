-- Rows of a table of the register as a run read it; as it stands where the run kept none.
create function release.register_table(p_run bigint, p_table text) returns jsonb
language plpgsql stable as $$
declare
    kept jsonb;
begin
    select c.content into kept
    from release.run as r
    inner join release.register_content as c on r.register_tables ->> p_table = c.content_hash
    where r.run_key = p_run;
    if kept is null then
        execute format('select coalesce(jsonb_agg(to_jsonb(t)), ''[]'') from register.%I as t', p_table) into kept;
    end if;
    return kept;
end
$$;
comment on function release.register_table is 'Rows of a table of the register as a run read it.';
