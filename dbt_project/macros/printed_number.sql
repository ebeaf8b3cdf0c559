{#- A number as people write it, in Vietnamese (1.234,5) or English (1,234.5), with at most three decimals. -#}
{% macro printed_number(value, language) %}
    {%- set english = "rtrim(to_char(" ~ value ~ ", 'FM999,999,999,999,999,990.999'), '.')" -%}
    {{ return("translate(" ~ english ~ ", ',.', '.,')" if language == 'vi' else english) }}
{% endmacro %}
