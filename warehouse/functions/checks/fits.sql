-- Whether the codes of a line have all codes of one of the sets that a rule asks for: true, false, or null where something stands
-- in a column that was not understood (a code that is JSON null) and may be what is asked for. A code that the line lacks was left
-- empty: it is none of those asked for.
create function checks.fits(codes jsonb, sets jsonb [])
returns boolean
language sql immutable parallel safe
return case
    when codes is null then false
    when codes @> any(sets) then true
    when not exists (
        select 1 from unnest(sets) as one (asked)
        where codes ?& array(select jsonb_object_keys(one.asked))
            and one.asked || jsonb_strip_nulls(codes) @> one.asked
    ) then false
end;
comment on function checks.fits is
'Whether a line has the codes of one of the sets asked for; null where a code of it was not understood and may be one of them.';
