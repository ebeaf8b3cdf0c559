-- Close the old rows of tonight's changes of release.contribution. The cause is kept only where no row of the same key
-- takes the old one's place: there it stands on the new row.
update release.contribution as old_row
set
    closed_release = %(release_number)s,
    closed_reason = changed.reason,
    closed_cause_reference = case when not changed.is_new then changed.cause_reference end
from change_contribution as changed
where old_row.contribution_key = changed.old_key
