"""A project of the sample nation and what it has come to on a day."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date

from samples.register import day
from samples.scenario import MILLION

GRAIN = 100_000  # decisions are written in million đồng with one decimal
STAGES = ("contracted", "advanced", "implemented", "disbursed", "settled", "refunded")


@dataclass(frozen=True)
class PlanLine:
    """One line of an allocation decision; `amount` in đồng is positive, `sign` says what it does to the plan."""

    document_no: str
    decided: date
    effect: str
    sign: int
    amount: int


@dataclass
class Project:
    """One KCQG project of one budget year; months count within that year, amounts are đồng."""

    code: str
    year: int
    unit_key: str
    place_key: str
    activity: str
    is_group: bool
    is_key: bool
    size: int
    lines: list[PlanLine] = field(default_factory=list)
    contract: int = 0
    contract_date: date | None = None
    end_month: int = 12
    accepted_date: date | None = None
    settle_month: int | None = None
    stop_month: int | None = None
    withdrawn: date | None = None
    adjusted_month: int | None = None

    @property
    def number(self) -> str:
        return self.code.rsplit("-", 1)[-1]


def plan_on(project: Project, on: date) -> int:
    """The plan in force on a day: Σ lines decided by then."""
    return sum(line.sign * line.amount for line in project.lines if line.decided <= on)


def progress(project: Project, month: int) -> float:
    """Part of the contract carried out by the cut-off of a month, 0 to 1."""
    if project.contract_date is None:
        return 0.0
    start = project.contract_date.month
    reached = min(month, project.stop_month or month)
    return min(1.0, max(0.0, (reached - start) / (project.end_month - start)))


def amounts(project: Project, month: int) -> dict[str, int]:
    """Cumulative money by stage at the cut-off of a month; contracted ≥ advanced, implemented ≥ disbursed ≥ settled."""
    none = dict.fromkeys(STAGES, 0)
    if project.contract_date is None or month < project.contract_date.month:
        return none
    done = progress(project, month)
    ahead = 0.3 if month == project.contract_date.month else 0.7
    advanced = round(project.contract * max(ahead, done))
    implemented = round(project.contract * done)
    paid = round(implemented * (1.0 if _is_accepted(project, month) else 0.62 + 0.3 * done))
    disbursed = min(advanced, paid)
    is_refunded = project.stop_month is not None and month > project.stop_month
    return {
        "contracted": project.contract,
        "advanced": advanced,
        "implemented": implemented,
        "disbursed": disbursed,
        "settled": disbursed if project.settle_month and month >= project.settle_month else 0,
        "refunded": advanced - disbursed if is_refunded else 0,
    }


def state(project: Project, month: int, cutoff: date) -> str:
    """The state code of a project at the cut-off of a month."""
    if project.withdrawn and project.withdrawn <= cutoff:
        return "stopped"
    if project.contract_date is None or month < project.contract_date.month:
        return "approved"
    if project.stop_month and month >= project.stop_month:
        return "stopped"
    if project.settle_month and month >= project.settle_month:
        return "settled"
    if _is_accepted(project, month):
        return "accepted"
    return "running" if progress(project, month) > 0 else "contracted"


def assigned_by(project: Project, on: date) -> bool:
    """Whether a decision has named the project by a day."""
    return any(line.decided <= on for line in project.lines)


def _is_accepted(project: Project, month: int) -> bool:
    return project.accepted_date is not None and month >= project.accepted_date.month


def day_of(value: object) -> date:
    return value if isinstance(value, date) else day(str(value))


def establishments_of(project: Project, most: int, supported_pct: int) -> int:
    """How many establishments share the supported part of a contract, each within `most` million đồng."""
    return math.ceil(project.contract * supported_pct / 100 / (most * MILLION))
