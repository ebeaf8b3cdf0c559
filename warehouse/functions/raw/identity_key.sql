-- What makes two submissions revisions of one report: the same form and period of the same unit in the same role, and the same
-- document where the form is about one.
create function raw.identity_key(
    unit_key text, form_code text, period_end date, sender_role text, document_no text, has_document_no boolean
)
returns text
language sql stable parallel safe
return concat_ws('|', unit_key, form_code, period_end, sender_role, case when has_document_no then document_no else '' end);
comment on function raw.identity_key is 'The key of the identity of a submission: unit, form, period, role and, of some forms, document.';
