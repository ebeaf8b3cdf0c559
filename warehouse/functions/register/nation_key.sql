-- The unit that stands for all others: a row of the programme, never a name in code.
create function register.nation_key() returns text
language sql stable parallel safe as $$
    select nation_key from public.programme
$$;
comment on function register.nation_key is 'The unit that stands for all others.';
