-- The code of one of a form's own dimensions in a dimension_key ("age=15-24;sex=F"); empty where the key does not have it.
create function release.code_of(p_dimension_key text, p_name text) returns text
language sql immutable parallel safe as $$
    select split_part(split_part(';' || p_dimension_key, ';' || p_name || '=', 2), ';', 1)
$$;
comment on function release.code_of is 'The code that a dimension_key has for a dimension; empty for none.';
