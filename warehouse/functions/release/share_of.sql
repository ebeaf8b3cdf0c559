-- The part of an amount between two points of the whole, cut at its own last digit, so that the parts add to the amount exactly.
create function release.share_of(amount numeric, share_from numeric, share_to numeric)
returns numeric
language sql immutable parallel safe
return case
    when share_from = 0 and share_to = 1 then amount
    else trunc(amount * share_to, scale(amount)) - trunc(amount * share_from, scale(amount))
end;
comment on function release.share_of is 'The part of an amount between two points of the whole; parts add up exactly.';
