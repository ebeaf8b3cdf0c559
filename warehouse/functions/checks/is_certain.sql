-- Whether a number that lies between two ends compares with a bound as asked: true, false, or null where it cannot be told.
create function checks.is_certain(comparison text, low numeric, high numeric, bound numeric)
returns boolean
language sql immutable parallel safe
return case comparison
    when '==' then case when low = bound and high = bound then true when low > bound or high < bound then false end
    when '>' then case when low > bound then true when high <= bound then false end
    when '>=' then case when low >= bound then true when high < bound then false end
    when '<' then case when high < bound then true when low >= bound then false end
    when '<=' then case when high <= bound then true when low > bound then false end
end;
comment on function checks.is_certain is
'Whether a number between two ends compares with a bound as asked; null where it cannot be told.';
