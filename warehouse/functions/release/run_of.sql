-- The register that a release is read with is that of this run.
create function release.run_of(p_release bigint) returns bigint
language sql stable as $$
    select max(r.run_key) from release.run as r where r.release_number = p_release
$$;
comment on function release.run_of is 'The last run that came to a release.';
