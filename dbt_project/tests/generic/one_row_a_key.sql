-- A model has at most one row for each combination of its key columns; nulls count as equal.
{% test one_row_a_key(model, key) %}

    select
        {{ key | join(', ') }},
        count(*) as n_rows
    from {{ model }}
    group by {{ key | join(', ') }}
    having count(*) > 1

{% endtest %}
