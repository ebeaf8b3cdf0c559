"""The texts that head the columns of a form: each once on its sheet, also where it names the period of its figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ingestion.form import Form
from ingestion.form_sheet import Column
from ingestion.form_words import FormError
from ingestion.written.budget_years import BudgetYears
from ingestion.written.period_names import PERIOD_WORDS, names_of, unknown_period_word
from ingestion.written.text import folded

SOME_QUARTER = (date(2023, 4, 1), date(2023, 6, 30))  # of no form in particular
CALENDAR_YEARS = BudgetYears(1, False)


def headings(columns: Sequence[Column]) -> list[tuple[tuple[str, ...], str]]:
    """The folded (groups, header) of each header text; where they name a period, as the report of one quarter writes them."""
    found = []
    for column in columns:
        first, last = column.period.of(*SOME_QUARTER, CALENDAR_YEARS) if column.period else SOME_QUARTER
        groups = tuple(folded(names_of(group, first, last, CALENDAR_YEARS)[0]) for group in column.groups)
        found += [(groups, folded(names_of(header, first, last, CALENDAR_YEARS)[0])) for header in column.headers]
    return found


def check_periods(form: Form, place: str) -> None:
    """Raise FormError for a word of a period that there is not in a header text, and for a plan of another period
    than the report's.

    A plan stands until the next report that states one, so one report cannot state it for several years; decisions that stand side
    by side (document_no) can.
    """
    for sheet in (*form.sheets, *(sheet for layout in form.layouts.values() for sheet in layout.sheets or ())):
        for column in sheet.columns:
            at = f"{place}: sheet {sheet.sheet_code}: column {column.name}"
            for text in (*column.headers, *column.groups):
                word = unknown_period_word(text)
                if word:
                    words = ", ".join(f"{{{each}}}" for each in PERIOD_WORDS)
                    raise FormError.at(at, text, f"header {text!r} has {word}; words of a period are {words}, such as {{year-1}}.")
            if column.period and column.role == "figure" and column.measure == "plan" and not form.has_document_no:
                said = "a plan is of the report's budget year; a column of another period can be a check, or another measure."
                raise FormError.at(at, column.name, said)
