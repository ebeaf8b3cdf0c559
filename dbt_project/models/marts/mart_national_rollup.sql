-- Every released figure of the nation.
{{ config(pre_hook=hash_joins_only()) }}

{{ rollup_of_units("'viet-nam'", 'nation') }}
