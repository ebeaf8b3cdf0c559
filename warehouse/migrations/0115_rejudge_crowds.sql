-- A report that stands now, or no longer does, changes what is usual among the reports of its form and period.
alter table checks.rejudge
drop constraint rejudge_why_check,
add constraint rejudge_why_check check (why in ('changed', 'compared', 'stood'));
comment on table checks.rejudge is
'What the gate wants judged again: changed (no longer stands, now does, or has other holds), compared (with a changed one), stood '
'(its standing changed, or that of what it is compared with, and so the crowd of its form and period). Empty: everything.';
