{#- Every figure of every term of every rule of a family that is due (or of the rules and submissions in `wanted`), with the keys of the rule's scope ('' where it has none). -#}
{% macro rule_matches(family, wanted=none) %}
    select
        term.rule_number,
        judged.submission_key,
        case when term.by_activity then figure.activity_code else '' end as activity_code,
        case when term.by_fund then figure.fund_code else '' end as fund_code,
        case when term.by_indicator then figure.indicator_code else '' end as indicator_code,
        case when term.by_column then figure.column_name else '' end as column_name,
        case when term.by_project then figure.project_key else '' end as project_key,
        case when term.by_establishment then figure.establishment_key else '' end as establishment_key,
        case when term.by_unit then figure.unit_key else '' end as unit_key,
        case
            when term.own_scope is null then ''
            else checks.own_scope(term.own_scope, figure.codes, figure.row_number)
        end as own_scope,
        term.side,
        term.role,
        term.alternative,
        term.aggregate,
        term.coefficient,
        term.is_each,
        term.operator,
        term.source_number,
        figure.submission_key as figure_submission_key,
        figure.sheet_code as figure_sheet_code,
        figure.row_number as figure_row_number,
        figure.column_name as figure_column_name,
        figure.figure_key,
        figure.line_key,
        figure.dimension_key as figure_dimension_key,
        figure.is_source_of_record,
        case
            when term.aggregate = 'count_lines' then 1 else coalesce(correction.corrected_value, figure.value)
        end as value,
        case
            when term.aggregate = 'count_lines' then 1 else coalesce(correction.corrected_low, figure.low)
        end as low,
        case
            when term.aggregate = 'count_lines' then 1 else coalesce(correction.corrected_high, figure.high)
        end as high,
        case
            when term.aggregate = 'count_lines' then 1 else coalesce(correction.corrected_truncated_low, figure.truncated_low)
        end as truncated_low,
        case
            when term.aggregate = 'count_lines' then 1 else coalesce(correction.corrected_truncated_high, figure.truncated_high)
        end as truncated_high,
        figure.value as reported_value,
        figure.is_missing and correction.corrected_value is null as is_missing,
        figure.is_not_applicable,
        figure.is_unreadable and correction.corrected_value is null
        or term.where_codes is not null and not figure.codes @> any(term.where_codes) as is_unreadable,
        term.where_codes is not null as is_chosen_by_codes,
        case
            when term.when_codes is not null then checks.fits(figure.codes, term.when_codes)
            else true
        end as is_of_condition,
        figure.qualifier,
        disputed.submission_key is not null
        and figure.submission_key <> judged.submission_key as is_disputed
    from {{ ref('chk_submission' if wanted else 'chk_judged') }} as judged
    inner join {{ ref('chk_evidence') }} as evidence on judged.submission_key = evidence.submission_key
    inner join {{ ref('stg_figure') }} as figure
        on evidence.evidence_submission_key = figure.submission_key
        and (evidence.evidence_unit_keys is null or figure.unit_key = any(evidence.evidence_unit_keys))
    inner join {{ ref('chk_rule_column') }} as term
        on judged.form_code = term.judges_form
        and evidence.period_shift = term.period_shift
        and judged.period_end between term.valid_from and term.valid_to
        {% if family %}and term.family = '{{ family }}'{% endif %}
        and {{ is_picked('figure') }}
    left join {{ ref('chk_correction') }} as correction
        on figure.submission_key = correction.submission_key
        and figure.sheet_code = correction.sheet_code
        and figure.row_number = correction.row_number
        and figure.column_name = correction.column_name
    left join {{ ref('chk_disputed') }} as disputed
        on figure.submission_key = disputed.submission_key
        and figure.sheet_code = disputed.sheet_code
        and figure.row_number = disputed.row_number
        and figure.column_name = disputed.column_name
    {% if wanted -%}
    inner join {{ wanted }}
        on judged.submission_key = {{ wanted }}.submission_key
        and term.rule_number = {{ wanted }}.rule_number
    {%- endif %}
{% endmacro %}
