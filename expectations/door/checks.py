"""The checks of the door, as SQL made from a form's YAML: each gives the rows that fail it, and the finding they become.

A check is one sentence about cells or lines that needs no second figure. The same SQL is judged by Great Expectations and, where
it fails, collects every failing row; so neither can see what the other does not. It is written in words that PostgreSQL and SQLite
share, because `kc read` asks it of one file in memory (one_file.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache

import yaml

from expectations.door.amounts import limits_of_amounts
from expectations.door.rows import Check, cells, columns, is_column, literal
from ingestion.form import Form
from ingestion.form_sheet import Column
from ingestion.known_words import ConfigurationError, unknown_word
from ingestion.register import Register
from warehouse.settings import programme_folders

KEY_COLUMNS = {
    "activity": "activity_code", "project": "project_key", "establishment": "establishment_key", "fund": "fund_code",
    "effect": "effect_code", "indicator": "indicator_code", "unit": "line_unit_key", "code": "dimension_key",
}  # fmt: skip
EXAMPLES = {"date": "31/03/2025", "mark": "x", "percent": "85,5"}
NUMBER_EXAMPLE = "1234,5"
JOINED = " || '|' || "


class LimitsError(ConfigurationError):
    """limits.yml names what a form does not have."""


def line_key(form: Form) -> str:
    """SQL for the key of a line of raw.line `l`: its sheet and the keys that its form says; null when one of them is missing."""
    cases = []
    for sheet in form.sheets_ever:
        parts = dict.fromkeys(f"l.{KEY_COLUMNS[sheet.column_by_name[name].type]}" for name in sheet.line_key)
        cases.append(f"when {literal(sheet.sheet_code)} then {JOINED.join(parts) or literal('')}")
    return f"l.sheet_code{JOINED}case l.sheet_code {' '.join(cases)} end"


def checks_of(form: Form, register: Register) -> list[Check]:
    """The checks of one form: readings, limits, counts, percentages, repeated lines and documents."""
    made = [
        Check("cell_formula_error", "No cell is a formula error.", cells("c.reading = 'formula_error'", "''")),
        Check("cell_unreadable", "Every cell reads as its column's type.", cells(_NOT_TOLD, _examples(form, register))),
        Check("cell_ambiguous", "No number can be read in two ways.", cells("c.reading = 'ambiguous'", _ALTERNATIVES)),
        _line_twice(form),
    ]
    if form.has_document_no and any(column.role == "figure" for sheet in form.sheets_ever for column in sheet.columns):
        made.append(_document_once(form))
    made += limits_of_amounts(form, register)
    counts = {code for code, indicator in register.indicators.items() if indicator.is_count}
    counted, not_negative = _counts(form, counts, lambda column: True), _counts(form, counts, lambda column: not column.negative)
    if not_negative:
        made.append(Check("cell_negative_count", "No count is negative.", cells(f"{not_negative} and c.value < 0", "'0'")))
    if counted:
        broken = f"{counted} and c.value <> trunc(c.value)"
        made.append(Check("cell_fractional_count", "Counts are whole numbers.", cells(broken, "''")))
    for sheet_code, limited in limits_of(form).items():
        for name, (low, high) in limited.items():
            outside = f"{is_column(sheet_code, name)} and (c.value < {low:d} or c.value > {high:d})"
            sentence = f"{name} lies within {low}–{high} %."
            made.append(Check("percent_out_of_range", sentence, cells(outside, f"'{low:d}–{high:d}'")))
    return made


def _counts(form: Form, counts: Collection[str], wanted: Callable[[Column], bool]) -> str:
    """SQL that is true for the cells of the wanted columns that count something; empty when there is none."""
    by_line = columns(form, lambda column: column.type == "by_indicator" and wanted(column))
    by_column = columns(form, lambda c: c.type == "number" and (c.indicator or c.counts_as) in counts and wanted(c))
    found = [f"({by_line}) and l.indicator_code in ({', '.join(map(literal, sorted(counts)))})"] if by_line and counts else []
    found += [by_column] if by_column else []
    return f"({' or '.join(found)})" if found else ""


@cache
def limits() -> dict[str, dict[str, dict[str, tuple[int, int]]]]:
    """The programme's limits.yml: form → sheet → column → (lowest, highest); none where it has no such file."""
    home = programme_folders().limits
    return yaml.safe_load(home.read_text(encoding="utf-8")) if home.exists() else {}


def limits_of(form: Form) -> dict[str, dict[str, tuple[int, int]]]:
    """The limits of one form: sheet → column → (lowest, highest). Raises LimitsError for a sheet or column that it has not."""
    found = limits().get(form.form_code, {})
    sheets = {sheet.sheet_code: sheet.column_by_name for sheet in form.sheets_ever}
    for sheet_code, limited in found.items():
        said = unknown_word(sheet_code, sheets, "sheet", f"{form.form_code}.yml")
        for name in () if said else limited:
            said = said or unknown_word(name, sheets[sheet_code], "column", f"{form.form_code}.yml")
        if said:
            raise LimitsError(f"{programme_folders().limits.name}: {form.form_code}: {said}")
    return found


# A reader's own finding about the cell (a merged cell) already says why it has no value.
_NOT_TOLD = """c.reading = 'unreadable' and not exists (
    select 1 from raw.finding as told
    where told.submission_key = c.submission_key and told.sheet_code = c.sheet_code and told.row_number = c.row_number
        and told.column_name = c.column_name and told.found_by = 'reader' and told.verdict = 'cell')"""
_ALTERNATIVES = "array_to_string(c.alternatives, ' / ')"


def _document_once(form: Form) -> Check:
    """A document counts for one period: its lines have no period of their own."""
    place = "(coalesce({0}.door_run, 9223372036854775807), {0}.received_at, {0}.sha256, {0}.submission_key)"
    rows = f"""select c.submission_key, null::text as sheet_code, null::integer as row_number, null::text as column_name,
    c.document_no as written, string_agg(distinct to_char(o.period_end, 'MM/YYYY'), ', ') as expected
from raw.submission as c
inner join raw.submission as o
    on (c.form_code, c.unit_key, c.sender_role, c.document_no) = (o.form_code, o.unit_key, o.sender_role, o.document_no)
    and c.period_end <> o.period_end and {place.format("o")} < {place.format("c")}
where {{scope}} and c.form_code = {literal(form.form_code)} and not c.is_withdrawal and not o.is_withdrawal
    and o.door_verdict = 'accept' and not exists (
        select 1 from raw.submission as w
        where w.is_withdrawal and w.door_verdict = 'accept' and {place.format("w")} > {place.format("o")}
            and (w.form_code, w.unit_key, w.sender_role, w.document_no, w.period_end)
            = (o.form_code, o.unit_key, o.sender_role, o.document_no, o.period_end)
    )
    and not exists (select 1 from review.withdrawal where withdrawal.submission_key = o.submission_key)
group by c.submission_key, c.document_no"""
    return Check("document_of_another_period", "No document is counted for two periods.", rows, needs_others=True)


def _line_twice(form: Form) -> Check:
    first_of = {s.sheet_code: (*s.line_key, s.columns[0].name)[0] for s in form.sheets_ever}
    first_column = " ".join(f"when {literal(code)} then {literal(name)}" for code, name in first_of.items())
    rows = f"""select c.submission_key, c.sheet_code, c.row_number, case c.sheet_code {first_column} end as column_name,
    substr(c.line_key, length(c.sheet_code) + 2) as written, cast(c.first_row as text) as expected
from (
    select l.submission_key, l.sheet_code, l.row_number, {line_key(form)} as line_key,
        min(l.row_number) over (partition by l.submission_key, {line_key(form)}) as first_row
    from raw.line as l where l.line_kind = 'detail' and {{line_scope}}
) as c
where c.row_number > c.first_row and {{scope}}"""
    return Check("line_twice", "No line repeats the key of another.", rows)


def _examples(form: Form, register: Register) -> str:
    states = " / ".join(sorted(set(register.states.values())))
    cases = []
    for kind, example in (*EXAMPLES.items(), ("project_state", states)):
        of_kind = columns(form, lambda column, kind=kind: column.type == kind)
        if of_kind:
            cases.append(f"when {of_kind} then {literal(example)}")
    return f"case {' '.join(cases)} else '{NUMBER_EXAMPLE}' end" if cases else f"'{NUMBER_EXAMPLE}'"
