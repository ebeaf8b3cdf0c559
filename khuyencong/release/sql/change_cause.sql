-- What a contribution may name as its cause, as the temporary table change_cause: bytes, a report that is missing, or
-- the report it comes from (that of a document stands for every unit that its lines name). A file may hold several
-- periods of a form, so one cause may stand for several changed reports: those that opened speak before those that only
-- closed, then the order of reasons.
create temporary table change_cause on commit drop as
with named as (
    select
        unnest(array[new_sha256, old_sha256, report_key_name]) as cause_reference,
        report_form as form_code,
        reason,
        is_new,
        new_sha256 as sha256
    from change_report
    where new_sha256 is distinct from old_sha256 or not is_new or old_key is null
    union all
    select
        report_name,
        report_form,
        reason,
        is_new,
        new_sha256
    from change_report
)

select
    cause_reference,
    form_code,
    max(sha256) as sha256,
    coalesce(
        release.first_reason(array_agg(reason) filter (where is_new)), release.first_reason(array_agg(reason))
    ) as reason
from named
where cause_reference is not null
group by cause_reference, form_code
