create policy reviewers_decide on review.decision for insert to reviewer
with check (review.may_be_decided(flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision));
