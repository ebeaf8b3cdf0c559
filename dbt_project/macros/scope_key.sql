{#- The keys of a rule's scope as one text, those that the rule does not name left out. own_scope is name=code already. -#}
{% macro scope_columns() %}
{{ return(['activity_code', 'fund_code', 'indicator_code', 'column_name', 'project_key', 'establishment_key', 'unit_key', 'own_scope']) }}
{% endmacro %}

{% macro scope_key(relation) %}
    concat_ws(
        ';'
        {%- for name in scope_columns() %},
        {{ "" if name == 'own_scope' else "'" ~ name ~ "=' || " }}nullif({{ relation }}.{{ name }}, '')
        {%- endfor %}
    )
{% endmacro %}
