-- How many questions a page ever had and has open, until when it waits, and whether Airflow shows an open one.
select
    count(*) as n_questions,
    count(*) filter (where closed_at is null) as n_open,
    max(answer_until) as answer_until,
    coalesce(bool_or(closed_at is null and shown_at is not null), false) as is_shown
from review.request
where asked_from = %(asked_from)s
