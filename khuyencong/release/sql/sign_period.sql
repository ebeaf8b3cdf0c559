-- Finalise or reopen a period. The number of the release is the database's to give; it stands here because the column
-- has no default.
insert into review.final (budget_year, period_end, act, release_number, reason, decided_at)
values (%(budget_year)s, %(period_end)s, %(act)s, 0, %(reason)s, %(decided_at)s)
returning budget_year, period_end, act, release_number, reason, decided_by, decided_at
