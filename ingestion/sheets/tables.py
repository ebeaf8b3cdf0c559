"""The tables of a form in the sheets of a file: each on the sheet of its name, else on the only other one that fits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ingestion.findings import find
from ingestion.form import Form
from ingestion.form_sheet import FormSheet
from ingestion.readers.sheets import Sheet
from ingestion.sheets.draft import Draft
from ingestion.sheets.layout import Table, find_table
from ingestion.sheets.table_findings import has_number
from ingestion.written.text import folded


def tables_of(form: Form, sheets: Sequence[Sheet], draft: Draft, telling_names: Collection[str] = ()) -> dict[str, Table | None]:
    """Form sheet → its table: on the sheet of that name, else on the only other sheet whose table fits; what is odd is said.

    `telling_names` are the names of sheets that say whose report it is, and so are not the form sheet's.
    """
    found: dict[str, Table | None] = {}
    taken: set[str] = set()
    for form_sheet in form.sheets:
        named = [sheet for sheet in sheets if folded(sheet.name) in form_sheet.folded_names]
        others = [sheet for sheet in sheets if sheet not in named]
        tables = [t for t in (table_on(s, form_sheet) for s in named) if t and t.sheet.name not in taken]
        if not tables:
            tables = [t for t in (table_on(s, form_sheet) for s in others) if t and t.sheet.name not in taken]
            if tables and tables[0].sheet.name and tables[0].sheet.name not in telling_names:
                name = tables[0].sheet.name
                draft.findings.append(find("sheet_name_other", sheet_name=name, written=name, expected=form_sheet.sheet_name))
        else:
            tables += [t for t in (table_on(s, form_sheet) for s in others) if t and _is_rival(t.sheet, form, taken)]
        if len(tables) > 1:
            draft.rivals += [t.sheet.name for t in tables]
            names = ", ".join(t.sheet.name + (" (ẩn, hidden)" if t.sheet.is_hidden else "") for t in tables)
            draft.findings.append(find("sheet_twice", written=names, expected=form_sheet.sheet_name))
        found[form_sheet.sheet_code] = tables[0] if tables else None
        if tables:
            taken.add(tables[0].sheet.name)
            if tables[0].sheet.is_hidden:
                draft.findings.append(find("hidden_sheet", sheet_name=tables[0].sheet.name))
    return found


def table_on(sheet: Sheet, form_sheet: FormSheet) -> Table | None:
    """The table of a form sheet on a sheet; None where there is none."""
    table = find_table(sheet, form_sheet) if sheet.rows else None
    return _without_idle_rows(table) if table and form_sheet.is_of_period else table


def _without_idle_rows(table: Table) -> Table:
    """A table whose header begins where its texts do: the cell above it that says the report's period is no header of a column."""
    for top in range(table.top + 1, table.first_line):
        rows: list[list[object]] = [[] if index < top else row for index, row in enumerate(table.sheet.rows)]
        below = replace(table.sheet, rows=rows)
        again = find_table(below, table.form_sheet)
        if again is None or replace(again, sheet=table.sheet, top=table.top) != table:
            break
        table = replace(table, top=again.top)
    return table


def has_table(sheet: Sheet, form: Form) -> bool:
    """Whether a table of a form stands on a sheet."""
    return any(table_on(sheet, form_sheet) for form_sheet in form.sheets)


def _is_rival(sheet: Sheet, form: Form, taken: set[str]) -> bool:
    """Whether a sheet with the columns of a form, but without its name, may be the one that was meant."""
    has_other_name = any(folded(sheet.name) in form_sheet.folded_names for form_sheet in form.sheets)
    return has_number(sheet) and sheet.name not in taken and not has_other_name
