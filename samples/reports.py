"""What every report shares: its header, its office's habit, the day it is sent, and its true figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from ingestion.form import Form
from samples.documents import Document, SheetPart
from samples.model import Nation
from samples.scenario import Habit

TIMEZONE = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class Desk:
    """What a report is written with: the nation, the forms and the habits of offices."""

    nation: Nation
    forms: dict[str, Form]
    habits: list[tuple[int, Habit]]

    def habit(self, unit_key: str) -> Habit:
        """How a unit's office writes, the same in all its reports."""
        weights = [weight for weight, _ in self.habits]
        chance = self.nation.scenario.chance("habit", unit_key)
        return chance.choices([habit for _, habit in self.habits], weights)[0]


def new_document(
    desk: Desk,
    form_code: str,
    unit_key: str,
    period_start: date,
    period_end: date,
    sheets: list[SheetPart],
    habit: Habit,
    **more: Any,
) -> Document:
    """A report with its header. `more`: header fields by name; `received_at`, the moment it arrives; how a CSV is written.

    A report given its own document_no is told apart by it, also in its file's name.
    """
    nation = desk.nation
    unit = nation.register.units[unit_key]
    form = desk.forms[form_code]
    received_at = more.pop("received_at", None) or sent_on(nation, form_code, unit_key, period_end)
    number = nation.scenario.chance("number", form_code, unit_key, period_end).randint(100, 999)
    header: dict[str, Any] = {
        "form_mark": f"{form_code} {form.version}",
        "unit": unit.unit_name,
        "unit_code": nation.register.code_on(unit_key, period_end),
        "sender_role": nation.register.role_name(form_code, unit.unit_kind),
        "document_no": f"{number}/BC-KC",
        "document_date": received_at.date(),
        "period_start": period_start,
        "period_end": period_end,
        "budget_year": period_end.year,
        "cutoff_date": nation.scenario.cutoff(period_end),
        "money_unit": habit.money_unit,
        "prepared_by": f"Cán bộ mẫu {number % 100:02d}",
    }
    file_fields = {key: more.pop(key) for key in ("extension", "encoding", "separator") if key in more}
    header.update(more)
    return Document(
        form=form,
        unit_key=unit_key,
        period_end=period_end,
        header=header,
        sheets=sheets,
        habit=habit,
        office=f"bao-cao@{unit_key}.example",
        received_at=received_at,
        folder=unit_key,
        document_no=more.get("document_no", ""),
        **file_fields,
    )


def sent_on(nation: Nation, form_code: str, unit_key: str, period_end: date) -> datetime:
    """The moment a report arrives, in time."""
    way = nation.scenario["sending"][form_code]
    chance = nation.scenario.chance("sent", form_code, unit_key, period_end)
    months = period_end.month - 1 + way["month_offset"]
    return datetime(
        period_end.year + months // 12,
        months % 12 + 1,
        chance.randint(*way["days"]),
        chance.randint(8, 16),
        chance.randint(0, 59),
        chance.randint(0, 59),
        tzinfo=TIMEZONE,
    )


def true_figure(
    document: Document,
    fund: str,
    activity: str,
    indicator: str,
    measure: str,
    value: int | Decimal,
    project_key: str = "",
    establishment_key: str = "",
) -> None:
    """Note one true figure of a report, in đồng or as a count; a plan speaks of its whole budget year; zeros are left out."""
    if not value:
        return
    year = document.header["budget_year"]
    start, end = document.header["period_start"], document.period_end
    if measure == "plan":
        start, end = date(year, 1, 1), date(year, 12, 31)
    document.truth.append(
        (document.unit_key, year, start, end, fund, activity, indicator, measure, project_key, establishment_key, value)
    )
