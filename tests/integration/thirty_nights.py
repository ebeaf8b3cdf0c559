"""Thirty nights of a small country, as a list: the evening, what happened since the last one, and what it is there to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from small_country import Country, at, money_report

from khuyencong.flags.queue import list_flags
from khuyencong.review.decisions import decide

NAMES = {
    "ha-noi": "Hà Nội", "thanh-hoa": "Thanh Hóa", "long-an": "Long An", "tay-ninh": "Tây Ninh",
    "tay-ninh-2025": "Tây Ninh",
}  # fmt: skip


def figures(implemented: int, disbursed: int, a3: int = 40, contracted: int = 90) -> dict[str, dict[str, int]]:
    """Provincial money in million đồng: activity A1 as given, A3 with `a3` implemented; plans of 200 and 300."""
    return {
        "A1": {"plan": 200, "contracted": contracted, "implemented": implemented, "disbursed": disbursed, "settled": 10},
        "A3": {"plan": 300, "contracted": 150, "implemented": a3, "disbursed": 30, "settled": 5},
    }  # fmt: skip


Event = Callable[[Country, Any], None]


@dataclass(frozen=True)
class Evening:
    """One night: when, why figures change, what it shows, and the events since the night before."""

    day: str
    reason: str
    shows: str
    events: tuple[Event, ...] = ()

    @property
    def reasons(self) -> set[str]:
        return set(self.reason.split())


def report(unit: str, quarter: str, moment: str, place: str = "", **more: Any) -> Event:
    """A money report arrives at a place of its own, or at `place`."""
    said = more.pop("said", {})

    def happen(country: Country, connection: Any) -> None:
        received_at = at(moment)
        data = money_report(unit, NAMES[unit], quarter, said, received_at, **more)
        where = place or f"{quarter}-{moment[:10]}"
        country.receive(f"{unit}/{where}.xlsx", data, received_at, f"bao-cao@{unit}.example")

    return happen


def edit(table: str, key: str, of: str, **values: str) -> Event:
    """One row of a register table is given other values."""
    return lambda country, connection: country.edit(table, lambda row: {**row, **values} if row[key] == of else row)


def rule(file: str, old: str, new: str) -> Event:
    return lambda country, connection: country.edit_rule(file, old, new)


def word(unit: str, period: str, decision: str, moment: str, value: int | None = None, figure: str = "") -> Event:
    """A reviewer's word on the open blocking flag of a unit and period; a correction, in million đồng, of one figure."""

    def happen(country: Country, connection: Any) -> None:
        flags = list_flags(connection, unit=unit, period=period, severity="block", status="open")
        assert len(flags) == 1, flags
        amount = None if value is None else Decimal(value) * 1_000_000
        flag_id = flags[0]["flag_id"]
        figure_key = None if value is None else _figure_of(connection, flag_id, figure)
        decide(
            connection, flag_id, decision, "seen in the contract", amount, decided_at=at(moment), figure_key=figure_key
        )

    return happen


def _figure_of(connection: Any, flag_id: str, figure: str) -> str:
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select distinct figure_key from checks.flag_figure where flag_id = %s and figure_key like %s",
            (flag_id, f"%|{figure}|%"),
        )
        ((figure_key,),) = cursor.fetchall()
        return figure_key


SETTLED_RULE = (
    "      - {indicators: [KC-P02, KC-P03], measure: plan, vi: Kế hoạch năm, en: Plan of the year}\n    severity: block",
    "      - {indicators: [KC-P02, KC-P03], measure: plan, vi: Kế hoạch năm, en: Plan of the year}\n    severity: warn",
)
GOOD, TOO_MUCH = figures(50, 40), figures(50, 95)  # 95 disbursed of 90 contracted

NIGHTS = (
    Evening("2025-04-05", "calendar", "the first quarter is owed"),
    Evening("2025-04-10", "arrival", "the first reports",
            (report("ha-noi", "2025-03", "2025-04-10T09:00", "q1", said=GOOD),
             report("long-an", "2025-03", "2025-04-10T09:30", said=GOOD))),
    Evening("2025-04-11", "", "nothing happened"),
    Evening("2025-04-24", "arrival", "one more", (report("tay-ninh", "2025-03", "2025-04-24T08:00", said=figures(30, 20)),)),
    Evening("2025-04-26", "calendar", "a deadline passed: Thanh Hoa is late"),
    Evening("2025-05-10", "late", "a late report with a figure that is held",
            (report("thanh-hoa", "2025-03", "2025-05-09T10:00", said=TOO_MUCH, totals={"disbursed": 75}),)),
    Evening("2025-05-12", "revision", "B at the same place",
            (report("ha-noi", "2025-03", "2025-05-12T10:00", "q1", said=figures(60, 45)),)),
    Evening("2025-05-14", "revision", "A again at the same place",
            (report("ha-noi", "2025-03", "2025-05-14T10:00", "q1", said=GOOD),)),
    Evening("2025-05-16", "revision", "a worse revision is put under review",
            (report("long-an", "2025-03", "2025-05-16T10:00", said=TOO_MUCH),)),
    Evening("2025-05-18", "rule", "a rule is edited: it holds no more", (rule("kinh-phi.yml", *SETTLED_RULE),)),
    Evening("2025-05-20", "rule", "the rule is put back", (rule("kinh-phi.yml", *reversed(SETTLED_RULE)),)),
    Evening("2025-05-22", "decision", "a waiver", (word("long-an", "2025-03", "waive", "2025-05-22T15:00"),)),
    Evening("2025-05-24", "decision", "a correction",
            (word("thanh-hoa", "2025-03", "correct", "2025-05-24T15:00", 45, "A1|KC-E05"),)),
    Evening("2025-06-01", "revision", "the waiver lapses: another value came",
            (report("long-an", "2025-03", "2025-06-01T10:00", said=figures(50, 44)),)),
    Evening("2025-07-02", "calendar", "the second quarter is owed; two provinces merged"),
    Evening("2025-07-10", "arrival", "the second quarter falls below the first: held",
            (report("ha-noi", "2025-06", "2025-07-10T10:00", said=figures(80, 60, a3=35)),)),
    Evening("2025-07-12", "revision cleared", "a flag is cleared by its counterpart: the first quarter was revised",
            (report("ha-noi", "2025-03", "2025-07-12T10:00", said=figures(50, 40, a3=33)),)),
    Evening("2025-07-14", "arrival", "closed provinces report their last quarter",
            (report("long-an", "2025-06", "2025-07-14T10:00", said=figures(70, 60)),
             report("tay-ninh", "2025-06", "2025-07-14T11:00", said=figures(45, 40)))),
    Evening("2025-07-16", "revision held", "a figure is held because its counterpart changed",
            (report("ha-noi", "2025-03", "2025-07-16T10:00", said=GOOD),)),
    Evening("2025-07-18", "revision", "the held figure is revised",
            (report("ha-noi", "2025-06", "2025-07-18T10:00", said=figures(80, 60, a3=44)),)),
    Evening("2025-07-26", "calendar", "another deadline passed"),
    Evening("2025-07-28", "register", "a register edit: district money ended a month earlier",
            (edit("funds", "fund_code", "KCDP-H", valid_to="2025-05-31"),)),
    Evening("2025-07-30", "revision", "a withdrawal",
            (report("ha-noi", "2025-06", "2025-07-30T10:00", is_withdrawal=True),)),
    Evening("2025-08-01", "arrival", "it comes again",
            (report("ha-noi", "2025-06", "2025-08-01T10:00", said=figures(82, 61, a3=44)),)),
    Evening("2025-10-05", "calendar succession", "the third quarter is owed, by the successor too"),
    Evening("2025-10-12", "arrival succession", "the successor reports since the merger",
            (report("tay-ninh-2025", "2025-09", "2025-10-12T10:00", said=figures(20, 15, a3=12), since="2025-07-01"),)),
    Evening("2025-10-14", "revision", "a closed province revises what was carried",
            (report("long-an", "2025-06", "2025-10-14T10:00", said=figures(72, 62)),)),
    Evening("2025-10-16", "arrival", "the third quarter of a province that did not change",
            (report("ha-noi", "2025-09", "2025-10-16T10:00", said=figures(120, 110, a3=60, contracted=150)),)),
    Evening("2025-10-27", "calendar", "the last deadline passed"),
    Evening("2025-10-28", "calendar", "the calendar is edited: due five days later, nobody is late",
            (edit("calendar", "due_day", "25", due_day="30"),)),
)  # fmt: skip
