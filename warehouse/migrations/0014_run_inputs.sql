-- What a finished night was made from: as_of, code, register, rules, forms, receipts and decisions in one hash. A night made
-- from the same inputs need not be built again.
alter table release.run add column inputs_hash text;
