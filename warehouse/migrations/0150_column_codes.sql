-- Columns that are themselves part of a dimension: one for women and one for men.
alter table register.form_column add column codes jsonb;
comment on column register.form_column.codes is
'Codes of the form''s own dimensions that every figure of the column has; null where its line says all of them.';
