"""The rows of the register's files, and the refusal of a row whose words do not exist: named by file, line and what is allowed."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path

from ingestion.known_words import ConfigurationError, unknown_word
from ingestion.written.programme_words import KINDS
from ingestion.written.text import folded

Tables = Mapping[str, list[dict[str, str]]]

UNIT_KINDS = ("province", "centre", "regional_centre", "ministry_unit", "group")
REPORTING_KINDS = UNIT_KINDS[:-1]
CONTACT_ROLES = ("reporter", "superior", "desk")
STAGES = ("contracted", "advanced", "implemented", "disbursed", "settled", "refunded")
YES_NO = ("yes", "no")
# file → column → the words that may stand there; several words of a cell are joined by |
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "units": {"unit_kind": UNIT_KINDS},
    "contacts": {"contact_role": CONTACT_ROLES},
    "successions": {"succession_kind": ("whole", "partial")},
    "indicators": {
        "aggregation": ("sum", "distinct", "within_level", "none"), "is_formula": YES_NO,
    },
    "behaviours": {"measure": ("plan", "ytd", "stock", "ratio"), "blank": ("zero", "missing", "not_applicable")},
    "units_of_measure": {"is_money": YES_NO, "is_count": YES_NO},
    "indicator_sources": {
        "fact": ("fct_budget", "fct_disbursement", "fct_indicator", "fct_beneficiary"), "stage": ("", *STAGES),
    },
    "calendar": {"unit_kinds": REPORTING_KINDS, "owed_by": ("all", "planned"), "period_months": tuple(map(str, range(1, 13)))},
    "form_roles": {"unit_kind": REPORTING_KINDS},
    "funds": {"is_of_programme": YES_NO},
    "project_states": {"is_closed": YES_NO},
    "budget_effects": {"sign": ("1", "-1")},
    "written_words": {"kind": tuple(KINDS)},
    "narrative_phrases": {"measure": ("", "plan", "ytd", "in_period", "prior_ytd", "stock", "ratio", "target")},
}  # fmt: skip
# file → column → the file and column that define the codes which may stand there
CODES = {
    "unit_aliases": {"unit_key": ("units", "unit_key")},
    "unit_codes": {"unit_key": ("units", "unit_key")},
    "group_members": {"unit_key": ("units", "unit_key"), "group_key": ("units", "unit_key")},
    "contacts": {"unit_key": ("units", "unit_key")},
    "sources": {"unit_key": ("units", "unit_key")},
    "successions": {"predecessor_key": ("units", "unit_key"), "successor_key": ("units", "unit_key")},
    "indicator_sources": {"indicator_code": ("indicators", "indicator_code"), "fund_code": ("funds", "fund_code")},
    "caps": {"activity_code": ("activities", "activity_code")},
    "indicators": {
        "activity": ("activities", "activity_code"), "behaviour": ("behaviours", "behaviour"),
        "unit": ("units_of_measure", "unit"),
    },
    "units_of_measure": {"stored_unit": ("units_of_measure", "unit")},
    "funds": {"parent_fund_code": ("funds", "fund_code")},
    "narrative_phrases": {
        "indicator_code": ("indicators", "indicator_code"), "of_indicator": ("indicators", "indicator_code"),
        "fund_code": ("funds", "fund_code"),
    },
    "form_roles": {"sender_role": ("sender_roles", "sender_role")},
    "programme": {"nation_key": ("units", "unit_key"), "currency_code": ("currencies", "currency_code")},
}
# words that may stand there besides: nothing, all activities, none of them
BESIDES = {
    ("sources", "unit_key"): ("",), ("funds", "parent_fund_code"): ("",),
    ("narrative_phrases", "indicator_code"): ("",), ("narrative_phrases", "of_indicator"): ("",),
    ("narrative_phrases", "fund_code"): ("",),
    ("caps", "activity_code"): ("ALL",), ("indicators", "activity"): ("ALL", "-", "own"),
}  # fmt: skip
# file → the columns that together name a row
KEYS = {
    "units": ("unit_key",), "behaviours": ("behaviour",), "units_of_measure": ("unit",),
    "indicators": ("indicator_code",), "activities": ("activity_code",), "funds": ("fund_code",),
    "programme": ("programme_code",), "currencies": ("currency_code",),
    "parameters": ("parameter_code",), "sources": ("source_code",), "calendar": ("calendar_code",),
    "form_roles": ("form_code", "unit_kind"), "indicator_sources": ("indicator_code", "fund_code"),
    "code_lists": ("list_code", "code"),
}  # fmt: skip
FILES = tuple(dict.fromkeys((*KEYS, *WORDS, *CODES, "sender_roles")))
FORM_ROWS = ("calendar", "form_roles", "indicator_sources")  # their form_code is a form, and a sheet_code a sheet of it
DAYS = ("valid_from", "valid_to", "effective_date", "first_period_end", "last_period_end")
NUMBERS = ("parameter_value", "share", "cap_vnd", "pct_max", "due_day", "due_month_offset", "position", "stored_factor", "decimals")


class RegisterError(ConfigurationError):
    """A row of the register that contradicts the rest of it; the message names the file and the line."""


def read_tables(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The register's files as rows, `line` beside the columns. Raises RegisterError for a row with too few or too many cells."""
    tables = {}
    for name in FILES:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            tables[name] = [{**row, "line": str(reader.line_num)} for row in reader]
        for row in tables[name]:
            if None in row or None in row.values():
                raise RegisterError(f"{name}.csv line {row['line']}: the row has not the columns of the file's first line.")
    return tables


def refuse_unknown_codes(tables: Tables) -> None:
    """Raise RegisterError for the first word, code, day or number of a row that cannot be what its column says."""
    for name, rows in tables.items():
        seen: dict[tuple[str, ...], str] = {}
        for row in rows:
            _check_days_and_numbers(name, row)
            key = tuple(row[column] for column in KEYS.get(name, ()))
            if key and key in seen:
                raise RegisterError(f"{name}.csv line {row['line']}: {', '.join(key)} stands in line {seen[key]} already.")
            seen[key] = row["line"]
    _check_spellings(tables["code_lists"])
    for name, row, column, word, allowed, home in _words(tables):
        said = unknown_word(word, allowed, column, home)
        if said:
            raise RegisterError(f"{name}.csv line {row['line']}: {said}")


def refuse_rows_of_unknown_forms(tables: Tables, sheets: Mapping[str, tuple[str, ...]]) -> None:
    """Raise RegisterError for a row that names a form, or a sheet of a form, that there is not; form_code → sheet_codes."""
    for name in FORM_ROWS:
        for row in tables[name]:
            place = f"{name}.csv line {row['line']}"
            said = unknown_word(row["form_code"], tuple(sheets), "form_code", "ingestion/forms")
            if not said and "sheet_code" in row:
                said = unknown_word(row["sheet_code"], sheets[row["form_code"]], "sheet_code", f"{row['form_code']}.yml")
            if said:
                raise RegisterError(f"{place}: {said}")


def _words(tables: Tables) -> Iterator[tuple[str, dict[str, str], str, str, tuple[str, ...], str]]:
    """(file, row, column, word, allowed words, their home) of each word that must be known."""
    for name, columns in WORDS.items():
        for row in tables[name]:
            for column, allowed in columns.items():
                for word in row[column].split("|"):
                    yield name, row, column, word, allowed, ""
    for name, defined in CODES.items():
        for column, (table, code) in defined.items():
            allowed = tuple(dict.fromkeys((*(each[code] for each in tables[table]), *BESIDES.get((name, column), ()))))
            for row in tables[name]:
                yield name, row, column, row[column], allowed, f"register/{table}.csv"


def _check_days_and_numbers(name: str, row: Mapping[str, str]) -> None:
    place = f"{name}.csv line {row['line']}"
    for column in DAYS:
        if row.get(column):
            try:
                datetime.date.fromisoformat(row[column])
            except ValueError:
                raise RegisterError(f"{place}: {column} is {row[column]!r}; it must be a day, 2025-07-01.") from None
    for column in NUMBERS:
        if row.get(column):
            try:
                float(row[column])
            except ValueError:
                raise RegisterError(f"{place}: {column} is {row[column]!r}; it must be a number.") from None
    for first, last in (("valid_from", "valid_to"), ("first_period_end", "last_period_end")):
        if row.get(first) and row.get(last) and row[last] < row[first]:
            raise RegisterError(f"{place}: {last} {row[last]} lies before {first} {row[first]}.")


def spellings_of(row: Mapping[str, str]) -> tuple[str, ...]:
    """What a row of code_lists.csv is written as: its code, its names and its other spellings."""
    texts = (row["code"], row["code_name"], row["code_name_en"], *row["spellings"].split("|"))
    return tuple(text for text in texts if text.strip())


def _check_spellings(rows: list[dict[str, str]]) -> None:
    """Raise RegisterError for a code, or a spelling of one, that is read as another of its list is."""
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows:
        for text in spellings_of(row):
            code, line = known.setdefault((row["list_code"], folded(text)), (row["code"], row["line"]))
            if code != row["code"] or not folded(text):
                alike = f"is read as the code {code!r} of line {line} is" if code != row["code"] else "has no letter or digit"
                said = f"{text!r} {alike}; case, marks and punctuation tell no code from another."
                raise RegisterError(f"code_lists.csv line {row['line']}: {said}")
