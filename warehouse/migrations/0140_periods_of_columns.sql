-- Periods across columns (decisions 0071, 0076): a column may tell figures of a period that is not the report's, and one file may
-- hold several reports of one form, each on a sheet of its own.
alter table register.form_column
add column period_months_before integer,
add column period_months integer,
add column period_start date,
add column period_end date,
add column period_from_month integer,
add column period_to_month integer;
comment on column register.form_column.period_months_before is
'How many months before the end of the report the figures of the column end; null where they are of the report''s own period.';
comment on column register.form_column.period_months is
'How many months the figures of such a column speak of; null for as many as the report.';
comment on column register.form_column.period_start is
'First day of the figures of a column whose period is the same in every report; null for all others.';
comment on column register.form_column.period_end is 'Last day of the figures of such a column.';
comment on column register.form_column.period_from_month is
'First month, counted in the report''s budget year, of a column of months of that year; null for all others.';
comment on column register.form_column.period_to_month is 'Last month of such a column.';

alter table raw.submission drop constraint submission_receipt_key_form_code_key;
alter table raw.submission add constraint submission_receipt_identity
unique (receipt_key, form_code, unit_key, period_end, sender_role, document_no);
comment on column raw.submission_header.sheet_name is 'The sheet of the cell; empty for what the file, its folder or the form says.';
comment on column raw.submission_header.cell_address is
'The cell, or where no cell says it: sheet name, file name, folder, form.';
