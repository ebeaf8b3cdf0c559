{#- Whether a term of a rule picks a figure: its place in the form, and every filter that the term names. -#}
{% macro is_picked(figure) %}
        term.form_code = {{ figure }}.form_code
        and term.sheet_code = {{ figure }}.sheet_code
        and term.column_name = {{ figure }}.column_name
        and term.line_kind = {{ figure }}.line_kind
        and (term.measure is null or {{ figure }}.measure = term.measure)
        and (term.activity_codes is null or {{ figure }}.activity_code = any(term.activity_codes))
        and (term.fund_codes is null or {{ figure }}.fund_code = any(term.fund_codes))
        and (term.indicator_codes is null or {{ figure }}.indicator_code = any(term.indicator_codes))
        -- a line whose code was not understood may be meant: it is picked, and cannot be read
        and (term.where_codes is null or checks.fits({{ figure }}.codes, term.where_codes) is not false)
{%- endmacro %}
