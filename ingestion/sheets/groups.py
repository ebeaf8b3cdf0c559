"""The sheets of a file that make up one submission each: where the name of a sheet says whose report it is, or of which period,
sheets of different names are different submissions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.findings import find
from ingestion.form import Form
from ingestion.readers.sheets import Sheet
from ingestion.sheets.draft import Draft
from ingestion.sheets.places import Origin, found_on
from ingestion.sheets.tables import has_table
from ingestion.sheets.versions import headed, layouts_of
from ingestion.written.budget_years import BudgetYears
from ingestion.written.text import folded

IDENTITY_FIELDS = (
    "unit", "unit_code", "sender_role", "document_no", "period", "period_start", "period_end", "budget_year",
)  # fmt: skip
Key = tuple[tuple[str, str], ...]  # header fields that a sheet's name gives, with their values


@dataclass(frozen=True)
class SheetGroup:
    """The sheets of one submission.

    sheets   those that may hold its tables
    shared   others whose header speaks of it too, such as a cover
    telling  names of its sheets that say whose report it is; silent: names of sheets that do not, though they may look so
    """

    sheets: tuple[Sheet, ...]
    shared: tuple[Sheet, ...] = ()
    telling: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()


def groups_of(form: Form, sheets: Sequence[Sheet], years: BudgetYears, origin: Origin) -> list[SheetGroup]:
    """The submissions of a form in a file, each with its sheets in their order: one of all sheets, unless names of sheets say more.

    A sheet with a table of the form belongs to the submission that its name says; one whose name says none, beside others that
    do, is in no submission unless it is named as the form names it, and there is but one.
    """
    for _, laid in layouts_of(form):
        keys = {sheet.name: _key(sheet, laid, origin) for sheet in sheets}
        if not any(keys.values()):
            continue
        tabled = {s.name for s in sheets if has_table(s, headed(laid, [s, *(o for o in sheets if o is not s)], years, origin))}
        found = list(dict.fromkeys(keys[sheet.name] for sheet in sheets if keys[sheet.name] and sheet.name in tabled))
        if found:
            return [_group(key, len(found) == 1, sheets, keys, tabled, laid) for key in found]
    return [SheetGroup(tuple(sheets))]


def refuse_twice(drafts: Sequence[Draft]) -> None:
    """Send back submissions of one file that are of one form, unit, period and sender, though they stand on different sheets."""
    first: dict[tuple[object, ...], Draft] = {}
    for draft in drafts:
        i = draft.identity
        if i is None:
            continue
        known = first.setdefault((draft.form.form_code, i.unit_key, i.period_end, i.sender_role, i.document_no), draft)
        if known is not draft:
            names = ", ".join(table.sheet.name for table in (*known.tables, *draft.tables))
            said = find("sheet_twice", written=names, expected=f"{draft.form.form_name}, {i.unit_key}, {i.period_end:%m/%Y}")
            known.findings.append(said)
            draft.findings.append(said)
            draft.identity = None


def _group(key: Key, is_only: bool, sheets: Sequence[Sheet], keys: dict[str, Key], tabled: set[str], laid: Form) -> SheetGroup:
    names = {name for form_sheet in laid.sheets for name in form_sheet.folded_names}
    nameless = {s.name for s in sheets if is_only and not keys[s.name] and folded(s.name) in names}
    own = [s for s in sheets if s.name in tabled and (keys[s.name] == key or s.name in nameless)]
    telling = frozenset(sheet.name for sheet in own if keys[sheet.name])
    shared = tuple(sheet for sheet in sheets if sheet.name not in tabled)
    return SheetGroup(tuple(own), shared, telling, frozenset(sheet.name for sheet in (*own, *shared)) - telling)


def _key(sheet: Sheet, laid: Form, origin: Origin) -> Key:
    """What the name of a sheet says of its submission; nothing where no field of the form stands there."""
    fields = [field for field in laid.header_fields if field.name in IDENTITY_FIELDS]
    if not any(place.at == "sheet_name" for field in fields for place in field.places):
        return ()
    found = found_on(sheet, fields, origin)
    return tuple((name, folded(each.cell.written)) for name, each in found.items() if each.at == "sheet_name")
