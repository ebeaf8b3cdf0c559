-- What is kept as it was written, whoever connects.
create function review.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '%.% is append-only.', tg_table_schema, tg_table_name;
end
$$;
create trigger append_only before update or delete or truncate on review.final
for each statement execute function review.refuse_change();
-- Only ask_for_signature, the trigger of review.decision, writes here.
create trigger append_only before update or delete or truncate on review.signature_needed
for each statement execute function review.refuse_change();
