-- Reviewers in name order, the units and senders that they act for, and how many words they said.
select
    role.rolname as login,
    array_remove(array_agg(distinct login_unit.unit_key), null) as units,
    array_remove(array_agg(distinct login_unit.sender), null) as senders,
    (
        select count(distinct row(decision.flag_id, decision.decided_at))
        from review.decision
        where decision.decided_by = role.rolname
    ) as n_decisions
from pg_roles as role
left join review.login_unit on role.rolname = login_unit.login
where role.rolcanlogin and not role.rolsuper and pg_has_role(role.oid, 'reviewer', 'usage')
group by role.rolname
order by role.rolname
