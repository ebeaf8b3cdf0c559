-- A roll-up joins sets of tens of thousands of rows that the planner, knowing nothing of what a function returns, takes for
-- one row each: by unit over a year it would loop for minutes.
alter function release.figures set enable_nestloop = off;
alter function release.rollup_spans set enable_nestloop = off;
