create policy answers_are_carried on review.decision for insert to answer_carrier
with check (carried_by is not null);
