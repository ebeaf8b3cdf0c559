-- Every released figure by region, by the law of the time; units of no region stand beside the regions.
{{ config(pre_hook=hash_joins_only()) }}

{{ rollup_of_units('region_key', 'region') }}
