"""Local money (KCĐP): plans by fund and activity, and how they are spent over the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from samples.projects import STAGES
from samples.register import Register
from samples.scenario import MILLION, Scenario, month_end, shares

UNALLOCATED = "unallocated"
GRAIN = 100_000
# Part of the plan that is contracted, and of the contracts carried out, paid and settled, at the end of each quarter.
START = (0.0, 0.0, 0.0, 0.0)
PACES = {
    "year": ((0, *START), (3, 0.3, 0.35, 0.6, 0.0), (6, 0.62, 0.6, 0.72, 0.15), (9, 0.86, 0.8, 0.84, 0.4),
             (12, 0.98, 0.97, 0.94, 0.85)),
    "first_half": ((0, *START), (3, 0.5, 0.5, 0.7, 0.1), (6, 0.97, 0.96, 0.95, 0.9)),
    "second_half": ((0, *START), (6, *START), (9, 0.55, 0.5, 0.7, 0.1), (12, 0.97, 0.96, 0.94, 0.85)),
}  # fmt: skip


@dataclass(frozen=True)
class LocalLine:
    """One activity of one local fund of one unit in one year: the whole year's plan in đồng and its pace of spending."""

    fund: str
    activity: str
    plan: int
    eager: float
    pace: str
    from_month: int


def draw_local(
    scenario: Scenario, register: Register, year: dict[str, Any], units: list[str], closing: set[str]
) -> dict[str, list[LocalLine]]:
    """Lines of every province; the plans of a fund add to its money of the year to the đồng.

    A unit in `closing` closes its accounts in mid-year and hands the rest over, so its lines are two: one a half year.
    """
    lines: dict[str, list[LocalLine]] = {unit: [] for unit in units}
    opening = date(year["year"], 1, 1)
    closing_day = month_end(year["year"], 12)
    late = scenario["local_late"]
    for fund, billion in list(year["funds_billion"].items())[1:]:
        weights = [scenario.chance("local", year["year"], unit).uniform(0.5, 1.7) for unit in units]
        ends_early = not register.fund_on(fund, closing_day)
        for unit, total in zip(units, shares(int(billion * 1000) * MILLION, weights, GRAIN), strict=True):
            chance = scenario.chance("local", year["year"], unit, fund)
            wanted = {code: share * chance.uniform(0.6, 1.4) for code, share in scenario["local_shares"].items()}
            if not ends_early and late["activity"] in register.activities_on(closing_day):
                wanted[late["activity"]] = sum(wanted.values()) * late["share_pct"] / 100
            for activity, plan in zip(wanted, shares(total, list(wanted.values()), GRAIN), strict=True):
                is_late = activity == late["activity"] and activity not in register.activities_on(opening)
                from_month = late["month"] if is_late else 1
                eager = chance.uniform(0.88, 1.0)
                first = plan * scenario["closing_pct"] // 100 // GRAIN * GRAIN
                if ends_early or unit not in closing or is_late:
                    halves = [("first_half" if ends_early else "year", plan)]
                else:
                    halves = [("first_half", first), ("second_half", plan - first)]
                lines[unit] += [LocalLine(fund, activity, part, eager, pace, from_month) for pace, part in halves]
    return lines


def plans(scenario: Scenario, lines: list[LocalLine], month: int) -> dict[tuple[str, str], int]:
    """Plan in force by fund and activity in a month: part of it is not yet allocated before mid-year."""
    found: dict[tuple[str, str], int] = {}
    for line in lines:
        allocated = line.plan if month >= line.from_month else 0
        if month < 6 and line.pace == "year":
            allocated = allocated * (100 - scenario["unallocated_pct"]) // 100 // GRAIN * GRAIN
        found[line.fund, line.activity] = found.get((line.fund, line.activity), 0) + allocated
        rest = (line.fund, UNALLOCATED)
        found[rest] = found.get(rest, 0) + line.plan - allocated
    return found


def spent(line: LocalLine, month: int) -> dict[str, int]:
    """Cumulative money by stage at the cut-off of a month; contracted ≥ advanced ≥ implemented ≥ disbursed ≥ settled."""
    if month < line.from_month:
        return dict.fromkeys(STAGES, 0)
    contracted_part, done, paid, settled_part = _pace(PACES[line.pace], month)
    contracted = round(line.plan * contracted_part * line.eager)
    implemented = round(contracted * done)
    disbursed = round(implemented * paid)
    return {
        "contracted": contracted,
        "advanced": implemented + round((contracted - implemented) * 0.4),
        "implemented": implemented,
        "disbursed": disbursed,
        "settled": round(disbursed * settled_part),
        "refunded": 0,
    }


def done_part(line: LocalLine, month: int) -> float:
    """Part of the year's final work that is done by a month, 0 to 1."""
    final = spent(line, 12)["implemented"]
    return spent(line, month)["implemented"] / final if final else 0.0


def _pace(table: tuple[tuple[float, ...], ...], month: int) -> list[float]:
    """Straight lines between the quarter-ends of a table of paces."""
    for earlier, later in zip(table, table[1:], strict=False):
        if month <= later[0]:
            part = (month - earlier[0]) / (later[0] - earlier[0])
            return [a + (b - a) * part for a, b in zip(earlier[1:], later[1:], strict=True)]
    return list(table[-1][1:])
