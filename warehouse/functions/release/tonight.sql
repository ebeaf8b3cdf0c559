-- Tonight is the newest run. dbt reads it here, because a changed dbt variable would throw the parsed project away.
create view release.tonight as
select
    run_key,
    as_of
from release.run
order by run_key desc
limit 1;
comment on view release.tonight is 'The newest run and the moment as of which it speaks.';

grant select on release.tonight to loader, transformer, reviewer, answer_carrier;
