-- A task that is tried again must know whether Airflow shows its page already: an answer may have come meanwhile.
alter table review.request add column shown_at timestamptz;
comment on column review.request.shown_at is 'When Airflow showed the page; null when its task ended before.';
