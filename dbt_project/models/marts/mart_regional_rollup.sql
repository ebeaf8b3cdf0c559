-- Every released figure by region; units of no region stand beside the regions.
{{ rollup_of_level('region') }}
