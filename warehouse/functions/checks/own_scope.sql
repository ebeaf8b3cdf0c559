-- The part of a rule's scope that the form's own dimensions and attributes make, or one line of the sheet (row): name=code, by name,
-- joined by semicolons; empty where the rule names none.
create function checks.own_scope(names text [], codes jsonb, row_number integer)
returns text
language sql immutable parallel safe
return coalesce((
    select
        string_agg(
            scope.name || '=' || coalesce(case scope.name when 'row' then row_number::text else codes ->> scope.name end, ''),
            ';' order by scope.name
        )
    from unnest(names) as scope (name)
), '');
comment on function checks.own_scope is
'The own dimensions, attributes or line of a rule''s scope as name=code; empty where it names none.';
