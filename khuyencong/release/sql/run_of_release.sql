-- The run that opened a release, with the hashes of its code, register, rules and forms.
select
    run.run_key as run,
    run.started_at,
    run.finished_at,
    run.code_hash,
    run.register_hash,
    run.rules_hash,
    run.forms_hash
from release.run as run
inner join release.release as release on run.run_key = release.run_key
where release.release_number = %(release)s
