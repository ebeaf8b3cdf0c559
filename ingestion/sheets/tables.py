"""The tables of a form in the sheets of a file: each on the sheet of its name, else on the only other one that fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from ingestion.findings import find
from ingestion.form import Form
from ingestion.form_sheet import FormSheet
from ingestion.form_tables import may_share
from ingestion.readers.sheets import Sheet
from ingestion.sheets.draft import Draft
from ingestion.sheets.layout import Table, find_table
from ingestion.sheets.sharing import share_out
from ingestion.sheets.table_findings import has_number
from ingestion.written.text import folded


def tables_of(form: Form, sheets: Sequence[Sheet], draft: Draft, telling_names: Collection[str] = ()) -> dict[str, Table | None]:
    """Form sheet → its table: on the sheet of that name, else on the only other sheet whose table fits; what is odd is said.

    A sheet holds the table of one form sheet, or of several that may share it. `telling_names` are the names of sheets that say
    whose report it is, and so are not the form sheet's.
    """
    found: dict[str, Table | None] = {}
    taken: dict[str, list[FormSheet]] = defaultdict(list)
    shared = {(s.name, fs.sheet_code): _table_of(s, fs, form) for s in sheets if s.rows for fs in form.sheets}
    for form_sheet in form.sheets:
        named = [sheet for sheet in sheets if folded(sheet.name) in form_sheet.folded_names]
        others = [sheet for sheet in sheets if sheet not in named]

        def free(some: Sequence[Sheet], form_sheet: FormSheet = form_sheet) -> list[Table]:
            tables = (shared.get((sheet.name, form_sheet.sheet_code)) for sheet in some)
            return [t for t in tables if t and all(may_share(form_sheet, other) for other in taken[t.sheet.name])]

        tables = free(named)
        if not tables:
            tables = free(others)
            if tables and tables[0].sheet.name and tables[0].sheet.name not in telling_names:
                name = tables[0].sheet.name
                draft.findings.append(find("sheet_name_other", sheet_name=name, written=name, expected=form_sheet.sheet_name))
        else:
            tables += [t for t in free(others) if _is_rival(t.sheet, form, taken)]
        if len(tables) > 1:
            draft.rivals += [t.sheet.name for t in tables]
            names = ", ".join(t.sheet.name + (" (ẩn, hidden)" if t.sheet.is_hidden else "") for t in tables)
            draft.findings.append(find("sheet_twice", written=names, expected=form_sheet.sheet_name))
        found[form_sheet.sheet_code] = tables[0] if tables else None
        if tables:
            if tables[0].sheet.is_hidden and not taken[tables[0].sheet.name]:
                draft.findings.append(find("hidden_sheet", sheet_name=tables[0].sheet.name))
            taken[tables[0].sheet.name].append(form_sheet)
    return found


def table_on(sheet: Sheet, form_sheet: FormSheet) -> Table | None:
    """The table of a form sheet on a sheet, whatever else stands there; None where there is none."""
    return _of_group(sheet, form_sheet, [form_sheet]) if sheet.rows else None


def _of_group(sheet: Sheet, form_sheet: FormSheet, group: Sequence[FormSheet]) -> Table | None:
    """The table of a form sheet on a sheet that it may share with others."""
    table = share_out(sheet, group).get(form_sheet.sheet_code)
    return _without_idle_rows(table) if table and form_sheet.is_of_period and not table.is_area else table


def _without_idle_rows(table: Table) -> Table:
    """A table whose header begins where its texts do: the cell above it that says the report's period is no header of a column."""
    for top in range(table.top + 1, table.first_line):
        empty: list[list[object]] = [[""]] * top
        below = replace(table.sheet, rows=empty + table.sheet.rows[top:])
        again = find_table(below, table.form_sheet)
        if again is None:
            break
        if replace(again, sheet=table.sheet, top=table.top, begin=table.begin, extra=table.extra) != table:
            break
        table = replace(table, top=again.top)
    return table


def has_table(sheet: Sheet, form: Form) -> bool:
    """Whether a table of a form stands on a sheet."""
    return any(table_on(sheet, form_sheet) for form_sheet in form.sheets)


def tops_of(tables: Sequence[Table]) -> dict[str, int]:
    """Sheet → the row index of its first table's header: the fields above the tables of a sheet stand above it.

    An area of labels ends no such block: it is often the block itself.
    """
    tops: dict[str, int] = {}
    for table in tables:
        if not table.is_area:
            tops[table.sheet.name] = min(table.top, tops.get(table.sheet.name, table.top))
    return tops


def _table_of(sheet: Sheet, form_sheet: FormSheet, form: Form) -> Table | None:
    group = [each for each in form.sheets if each is form_sheet or may_share(each, form_sheet)]
    return _of_group(sheet, form_sheet, group)


def _is_rival(sheet: Sheet, form: Form, taken: dict[str, list[FormSheet]]) -> bool:
    """Whether a sheet with the columns of a form, but without its name, may be the one that was meant."""
    has_other_name = any(folded(sheet.name) in form_sheet.folded_names for form_sheet in form.sheets)
    return has_number(sheet) and not taken[sheet.name] and not has_other_name
