-- The cell of each contribution: the bytes it came from and its key there. The same bytes may have come twice: the
-- submission in force first.
select distinct on (contribution.contribution_key)
    contribution.contribution_key,
    figure.submission_key,
    figure.form_code,
    figure.sheet_code,
    figure.row_number,
    figure.column_name,
    figure.sheet_name,
    figure.cell_address,
    figure.figure_key,
    figure.codes,
    figure.reading,
    figure.value_written,
    figure.factor,
    case when figure.fact = 'beneficiary_support' then 1 else figure.value end as value,
    submission.submission_state,
    submission.received_at,
    submission.sha256,
    submission.source_code,
    submission.location,
    submission.file_extension
from release.contribution as contribution
inner join facts.fct_submission as submission on contribution.cause_reference = submission.sha256
inner join staging.stg_figure as figure
    on submission.submission_key = figure.submission_key and figure.is_source_of_record
    and contribution.unit_key = figure.unit_key
    and contribution.fund_code = figure.fund_code
    and contribution.activity_code = figure.activity_code
    and contribution.measure = figure.measure and contribution.project_key = coalesce(figure.project_key, '')
    and contribution.establishment_key = coalesce(figure.establishment_key, '')
    and contribution.dimension_key = figure.dimension_key
    and contribution.line_reference = figure.line_reference
    -- one report may tell several periods; what is carried over a succession is the last report's own
    and contribution.budget_year = figure.budget_year
    and (
        contribution.measure = 'plan'
        or figure.period_end = case
            when contribution.carried_into = '' then contribution.period_end else submission.period_end
        end
    )
    and (
        contribution.indicator_code = figure.indicator_code
        or figure.fact = 'beneficiary_support' and contribution.establishment_key <> ''
    )
where contribution.contribution_key = any(%(keys)s)
order by
    contribution.contribution_key,
    submission.submission_state <> 'in_force',
    submission.received_at desc,
    -- of columns that tell one figure the one that counts, as facts.fct_repeated chooses
    figure.is_missing,
    figure.is_of_other_period,
    figure.sheet_code,
    figure.column_name,
    figure.row_number
