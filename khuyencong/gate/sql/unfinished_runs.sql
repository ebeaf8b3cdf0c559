-- Runs whose gate did not come to its end, earlier nights of the past, and this run itself: what they wrote is taken
-- back.
select run_key from release.run_station
where station = 'reconcile' and (state <> 'done' or run_key = %(run_key)s)
union
select run_key from release.run_of_the_past
where run_key < %(run_key)s
