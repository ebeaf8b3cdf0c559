-- Who may read the table of decisions reads all of them; grants say who may.
create policy all_are_read on review.decision for select using (true);
