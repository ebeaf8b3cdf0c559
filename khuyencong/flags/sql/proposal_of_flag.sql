-- What may have happened by a flag, best first, and the figures that the flag names.
select
    flag.alternatives,
    array(
        select distinct figure.figure_key
        from checks.flag_figure as figure
        where figure.flag_id = flag.flag_id
    ) as figure_keys
from checks.flag
where flag.flag_id = %(flag_id)s
