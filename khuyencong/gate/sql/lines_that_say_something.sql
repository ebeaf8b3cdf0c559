-- Lines of the source of record that hold anything but noughts, of some submissions.
select
    submission_key,
    line_key
from staging.stg_figure
where submission_key = any(%(submissions)s) and line_kind = 'detail' and is_source_of_record
group by submission_key, line_key
having bool_or(value <> 0 or is_unreadable)
