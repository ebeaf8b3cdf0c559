-- Folder = schema = prefix: a model stands in the schema of its folder, with nothing put before it.
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}
