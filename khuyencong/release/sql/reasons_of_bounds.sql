-- Give a reason to the changed contributions that have none. Bounds and the validity of a plan follow the plans and the
-- earlier figures of the unit. Where none of these changed: a plan that ends was ended by the unit that followed; else
-- a rule that keeps money within a plan or the register changed, or something arrived for a unit that this one
-- followed.
update change_contribution as changed
set
    reason = coalesce(
        (
            select release.first_reason(array_agg(other.reason))
            from change_contribution as other
            where
                other.of_unit = changed.of_unit
                and other.of_year = changed.of_year
                and other.reason is not null
                and (other.of_measure = 'plan' or other.of_period < changed.of_period)
                and (other.of_fund = changed.of_fund or other.of_measure = 'plan')
        ),
        case
            when changed.effective_to is not null and changed.of_measure = 'plan' then 'succession'
            when known.is_rule_changed then 'rule'
            when known.is_register_changed then 'register'
            else 'arrival'
        end
    )
from change_tonight as known
where changed.reason is null
