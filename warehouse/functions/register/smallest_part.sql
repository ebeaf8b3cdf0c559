-- The least amount of the programme's currency.
create function register.smallest_part() returns numeric
language sql stable parallel safe as $$
    select smallest_part from public.programme
$$;
comment on function register.smallest_part is 'The least amount of the programme''s currency.';
