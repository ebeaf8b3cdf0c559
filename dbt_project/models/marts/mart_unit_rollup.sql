-- Every released figure by unit, from the year's begin to each period end: its parts and counts, the plan in force, the
-- same period of the year before on the same units.
{{ config(post_hook='analyze {{ this }}') }}

{{ rollup_of_level('unit') }}
