"""What a problem for the engine is made of: suspect cells, verdicts about them, and the problem in the words of `kc reconcile`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Place = tuple[int, str, int, str]
# How much more reliable a figure of another report is than one of the report judged. Between 1 and 2: one cell of the
# report is blamed before one of another, and that before two of the report.
OTHER_REPORT = 1.5


@dataclass(frozen=True)
class SuspectCell:
    """One figure: its place, its interval (of the currency or the indicator's unit), what it was the period before.

    `factor` is the unit that the report is written in (1 for counts); `line_name` the code that its line has there.
    """

    place: Place
    figure_key: str
    sheet_name: str | None
    cell_address: str | None
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    previous: Decimal | None
    factor: Decimal
    fund_code: str
    measure: str
    is_own: bool
    is_total: bool
    is_corrected: bool
    is_money: bool
    line_name: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing was reported here, now or before: most cells of a wide form."""
        return self.value == 0 and not self.previous and not self.is_total


@dataclass(frozen=True)
class Condition:
    """What must hold for a rule to be due: Σ coefficient · cell + constant (operator) 0."""

    operator: str
    terms: tuple[tuple[Place, Decimal], ...]
    constant: Decimal


@dataclass(frozen=True)
class SuspectVerdict:
    """One linear verdict: Σ coefficient · cell + constant (operator) 0; `is_each` says it of every cell alone.

    `conditions` held when it was reached. `is_of_some_lines`: the rule chooses its lines by their codes, or has conditions; it need
    not speak of another line.
    `is_bundle`: the rule names figures that it does not add (times 0), because they stand or fall with the others.
    """

    rule_id: str
    scope_key: str
    is_failed: bool
    operator: str
    is_each: bool
    terms: tuple[tuple[Place, Decimal], ...]
    constant: Decimal
    is_bundle: bool = False
    conditions: tuple[Condition, ...] = ()
    is_of_some_lines: bool = False

    @property
    def places(self) -> list[Place]:
        """The cells that it speaks of, those of its conditions too."""
        terms = [*self.terms, *(term for condition in self.conditions for term in condition.terms)]
        return [place for place, _ in terms]

    @property
    def key(self) -> tuple[str, str]:
        """The rule and the scope: the verdict, within its report."""
        return self.rule_id, self.scope_key


@dataclass(frozen=True)
class WholeLines:
    """All verdicts about the lines of a report that may be at fault as a whole, with every cell of theirs, the empty ones too.

    `absent` names by sheet the given lines of its form that the report lacks; None where the report itself decides which there are.
    """

    verdicts: tuple[SuspectVerdict, ...]
    cells: Mapping[Place, SuspectCell]
    absent: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class SuspectProblem:
    """What hangs together in one report: its number there, verdicts, cells; `skipped` says why the engine is not asked.

    `copied_funds` are the funds whose figures a rule calls a copy of the period before: where none does, to stand still is
    no fault. `lines` is there where whole lines may be at fault.
    """

    submission_key: int
    number: int
    verdicts: tuple[SuspectVerdict, ...]
    cells: Mapping[Place, SuspectCell]
    copied_funds: frozenset[str] = frozenset()
    skipped: str | None = None
    lines: WholeLines | None = None

    @property
    def failed(self) -> list[SuspectVerdict]:
        """The verdicts that failed."""
        return [verdict for verdict in self.verdicts if verdict.is_failed]

    def as_json(self) -> dict[str, Any]:
        """The problem in the words of `kc reconcile`; cell n of it is the n-th place of `cells`."""
        name = {place: f"c{number}" for number, place in enumerate(self.cells)}
        rules = [sentence for verdict in self.verdicts for sentence in _sentences(verdict, name)]
        cells = {name[place]: cell for place, cell in self.cells.items()}
        weights = {
            n: "inf" if c.is_corrected else OTHER_REPORT for n, c in cells.items() if c.is_corrected or not c.is_own
        }
        # a printed nought of which a rule asks whether it is one is no rounded number there
        asked = {place for verdict in self.failed for each in verdict.conditions for place, _ in each.terms}
        rounded = {n: c for n, c in cells.items() if c.value is not None and c.low != c.high and (c.value or c.place not in asked)}
        record = {
            "id": f"{self.submission_key}/{self.number}",
            "values": {n: c.value for n, c in cells.items()},
            "intervals": {n: [c.low, c.high] for n, c in rounded.items()},
            "previous": {n: c.previous for n, c in cells.items() if c.previous is not None},
        }
        return {"rules": list(dict.fromkeys(rules)), "weights": weights, "records": [record]}


def _sentences(verdict: SuspectVerdict, name: Mapping[Place, str]) -> list[str]:
    """The verdict as rules of `kc reconcile`."""
    due = "".join(f"if ({_comparison(condition, condition.terms, name)}) " for condition in verdict.conditions)
    if verdict.is_each:
        return [f"{due}{_comparison(verdict, (term,), name)}" for term in verdict.terms]
    return [f"{due}{_comparison(verdict, verdict.terms, name)}"]


def _comparison(
    of: SuspectVerdict | Condition, terms: Sequence[tuple[Place, Decimal]], name: Mapping[Place, str]
) -> str:
    parts = " + ".join(f"{coefficient:f}*{name[place]}" for place, coefficient in terms)
    return f"{parts} {of.operator} {-of.constant:f}".replace("+ -", "- ")
