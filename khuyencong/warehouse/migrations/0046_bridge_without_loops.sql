-- The planner takes what CTEs return for a few rows each; joined by loops, the bridge of a night with twenty thousand changes
-- takes minutes, by hashes a second.
alter function release.bridge_changes(bigint, bigint, date [], date [], text) set enable_nestloop = off;
