create function register.dimension_with(dimension_key text, column_codes jsonb) returns text
language sql immutable parallel safe as $$
    select string_agg(part, ';' order by split_part(part, '=', 1) collate "C")
    from (
        select unnest(string_to_array(nullif(dimension_key, ''), ';')) as part
        union all
        select name || '=' || code from jsonb_each_text(column_codes) as each (name, code)
    ) as parts
$$;
comment on function register.dimension_with is
'A line''s dimensions and those of a column as one key: name=code by name, joined by a semicolon.';
