-- An area of labels and values is one line whose cells stand in several rows; a table in blocks has a total of each and one of all
-- (decision 0077).
alter table raw.submission_column add column cell_row integer;
comment on column raw.submission_column.cell_row is
'The row of the column''s one value in an area of labels; null in a table, where a line''s cells stand in its own row.';

alter table raw.line
drop constraint line_line_kind_check,
add constraint line_line_kind_check check (line_kind in ('detail', 'total', 'block_total', 'label'));
alter table register.rule_term
drop constraint rule_term_line_kind_check,
add constraint rule_term_line_kind_check check (line_kind in ('detail', 'total', 'block_total', 'any'));
