-- A contribution's key ends with the dimensions of its form, where it has any (decision 0072).
alter table release.contribution
add column dimension_key text not null default '';
comment on column release.contribution.dimension_key is
'The form''s own dimensions, name=code in the order of their names, joined by a semicolon; empty where the form has none.';
