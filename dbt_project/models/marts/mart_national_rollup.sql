-- Every released figure of the nation.
{{ rollup_of_level('nation') }}
