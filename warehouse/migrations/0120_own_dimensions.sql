-- Dimensions and attributes of a form's own (decisions 0071, 0072): two columns for every form, none of any form.
alter table raw.line
add column codes jsonb,
add column dimension_key text not null default '';
comment on column raw.line.codes is 'The form''s own dimensions and attributes of the line, name to code; null where it has none.';
comment on column raw.line.dimension_key is
'The form''s own dimensions of the line, name=code in the order of their names, joined by a semicolon; empty where it has none.';
