"""A whole report in a wrong unit: one suspicion that every amount of it is the same power of ten off, and what follows from it.

What its amounts are compared with elsewhere, and what they may at most be, fails for the same reason: until the unit is right
nobody can say what else is wrong there. What the report says of itself still holds in any unit but for its rounding, so what else
fails there is another cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from khuyencong.culprits.suspicions import Hypothesis, SuspectedCell, Suspicion
from khuyencong.flags.words import FailedVerdict, FlagCell

MECHANISM = "unit_report"
# Gauges agree on the power, and none says otherwise: surer than any engine, and still no proof.
CONFIDENCE = 0.99


def with_wrong_units(
    verdicts: Sequence[FailedVerdict], suspicions: dict[tuple[int, str, str], Suspicion]
) -> dict[tuple[int, str, str], Suspicion]:
    """The suspicions, those about a report in a wrong unit in the place of whatever else was thought of its verdicts."""
    found = dict(suspicions)
    for lead in verdicts:
        if lead.scale_power is not None:
            of_report = [each for each in verdicts if each.submission_key == lead.submission_key]
            explained = [each for each in of_report if each.key == lead.key or _follows(each, lead.scale_power)]
            number = max((each.number for each in suspicions.values() if each.submission_key == lead.submission_key), default=-1)
            keys = tuple((each.rule_id, each.scope_key) for each in explained)
            # weighed was the report's unit alone: what others say may still differ once it is right
            one = Suspicion(lead.submission_key, number + 1, keys, 1, (_hypothesis(lead, lead.scale_power),))
            found |= {each.key: one for each in explained}
    return found


def _follows(verdict: FailedVerdict, power: int) -> bool:
    """Whether another report or a norm is beside the report's amounts, or it is off by no more than its amounts were rounded."""
    others = {cell.submission_key for cell in verdict.cells} - {verdict.submission_key}
    if others or verdict.family == "cap":
        return True
    return verdict.family == "linear" and verdict.is_money and abs(verdict.difference) <= _rounding(verdict, power)


def _rounding(verdict: FailedVerdict, power: int) -> Decimal:
    """How far both sides may lie apart: by the digits printed in the unit meant, or by what was cut to whole amounts."""
    if power < 0:
        return Decimal(len(verdict.cells)) / 2
    widths = verdict.left_high - verdict.left_low + verdict.right_high - verdict.right_low
    return (widths / 2).scaleb(power)


def _hypothesis(verdict: FailedVerdict, power: int) -> Hypothesis:
    amounts = _amounts(verdict)
    is_cut = power < 0 and any(cell.written_value is None or cell.written_value % 10 for cell in amounts)
    return Hypothesis(MECHANISM, tuple(_suspected(amounts, None if is_cut else power)), CONFIDENCE)


def _amounts(verdict: FailedVerdict) -> list[FlagCell]:
    """The report's own amounts, largest first: what a reader is shown of a report is what weighs in it."""
    own = {
        cell.place: cell
        for cell in verdict.cells
        if cell.submission_key == verdict.submission_key and cell.is_money and cell.written_value
    }
    return sorted(own.values(), key=lambda cell: (-abs(cell.written_value or Decimal(0)), cell.place))


def _suspected(cells: Iterable[FlagCell], power: int | None) -> Iterator[SuspectedCell]:
    """The cells with what they meant. None for the power: they were cut to whole amounts, and what they meant is lost."""
    for cell in cells:
        value = cell.written_value or Decimal(0)
        yield SuspectedCell(
            place=cell.place, figure_key=cell.figure_key, sheet_name=cell.sheet_name, cell_address=cell.cell_address,
            value=value, suggested=None if power is None else value.scaleb(-power), previous=None,
            factor=cell.factor, is_money=True,
        )  # fmt: skip
