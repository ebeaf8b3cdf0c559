-- Past years that are handed in today are no late reports: whoever submits them says so, once, on the receipt.
alter table raw.receipt add column is_archive boolean not null default false;
comment on column raw.receipt.is_archive is 'Handed in as an archive of past periods: its reports are not late.';
