{#- A first night has many cells and no experience of them: the planner guesses few rows and loops for minutes. -#}
{% macro hash_joins_only() %}
    {{ return('set local enable_nestloop = off') }}
{% endmacro %}
