-- A row stays open under the submission that said it first, though a later one is in force: which report it comes from is
-- told by the report's form, unit and period, not by bytes alone. Carried along; no part of what a release says.
alter table release.contribution add column report_period_end date;
