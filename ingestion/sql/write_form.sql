-- A form as register.form shows it, in place of an older one.
insert into register.form (
    form_code,
    form_name,
    form_name_en,
    form_version,
    valid_from,
    legal_basis,
    period_months,
    is_line_form,
    nil_allowed,
    has_document_no
)
values (
    %(form_code)s,
    %(form_name)s,
    %(form_name_en)s,
    %(form_version)s,
    %(valid_from)s,
    %(legal_basis)s,
    %(period_months)s,
    %(is_line_form)s,
    %(nil_allowed)s,
    %(has_document_no)s
)
on conflict (form_code) do update
    set
        form_name = excluded.form_name,
        form_name_en = excluded.form_name_en,
        form_version = excluded.form_version,
        valid_from = excluded.valid_from,
        legal_basis = excluded.legal_basis,
        period_months = excluded.period_months,
        is_line_form = excluded.is_line_form,
        nil_allowed = excluded.nil_allowed,
        has_document_no = excluded.has_document_no
