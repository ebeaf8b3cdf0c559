-- The rows of the register that are loaded from YAML (forms and rules). The CSV seeds are tables made by dbt in the same schema.
create table register.form (
    form_code text primary key,
    form_name text not null,
    form_name_en text not null,
    form_version text not null,
    valid_from date not null,
    legal_basis text not null,
    period_months integer [] not null,
    is_line_form boolean not null,
    nil_allowed boolean not null,
    has_document_no boolean not null
);

create table register.form_column (
    form_code text not null references register.form,
    sheet_code text not null,
    column_name text not null,
    position integer not null,
    column_type text not null,
    column_role text not null,
    header text not null,
    header_group text,
    indicator_code text,
    fund_code text,
    measure text,
    fact text,
    counts_as text,
    counts_when text [],
    blank text not null,
    primary key (form_code, sheet_code, column_name)
);

create table register.rule (
    rule_id text primary key,
    rule_version integer not null,
    family text not null check (family in ('linear', 'ratio', 'unique', 'not_copy', 'cap', 'outlier')),
    judges_form text not null,
    scope text [] not null,
    operator text not null check (operator in ('==', '<=', '>=')),
    severity text not null check (severity in ('shadow', 'warn', 'block')),
    missing_mode text not null check (missing_mode in ('undecided', 'zero', 'skip_if_all', 'must_exist')),
    level integer not null,
    valid_from date not null,
    valid_to date,
    tolerance_pct numeric not null default 0,
    parameters jsonb not null default '{}',
    rule_name text not null,
    rule_name_en text not null,
    legal_basis text not null,
    terms_hash text not null
);

create table register.rule_term (
    rule_id text not null references register.rule,
    term_number integer not null,
    side text not null check (side in ('left', 'right')),
    coefficient numeric not null,
    role text not null check (role in ('term', 'numerator', 'denominator', 'reported')),
    form_code text not null,
    sheet_code text,
    period_shift text not null check (period_shift in ('same', 'previous', 'prior_year', 'plan_in_force', 'predecessors')),
    line_kind text not null check (line_kind in ('detail', 'total', 'any')),
    column_names text [],
    indicator_codes text [],
    fund_codes text [],
    activity_codes text [],
    measure text,
    -- a ratio may be tried with other denominators; a term may count instead of adding
    alternative integer not null default 0,
    aggregate text not null default 'sum' check (aggregate in ('sum', 'count_lines')),
    primary key (rule_id, term_number)
);

-- What the seeds of dbt_project/register looked like when they were last loaded, so that an unchanged register is not
-- loaded again. `structure_hash` covers headers and types, `content_hash` every byte.
create table register.loaded (
    is_only boolean primary key default true check (is_only),
    structure_hash text not null,
    content_hash text not null
);

grant select on register.form, register.form_column, register.rule, register.rule_term, register.loaded to reviewer, answer_carrier;
