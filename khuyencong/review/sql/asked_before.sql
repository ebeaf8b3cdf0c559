-- How often a flag was asked before, and of the last time why the answer was refused and with which reason.
select
    count(*) over () as n_asked,
    refusal_vi,
    refusal_en,
    coalesce(answer ->> 'reason', '') as reason
from review.request
where flag_id = %(flag_id)s and closed_at is not null
order by request_key desc
limit 1
