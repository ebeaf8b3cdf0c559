"""Priority of flags: by how much each is expected to move the national figures, and so which a reviewer reads first.

The expected effect of a flag on a national row (budget year, period, fund, indicator, measure) is the sum of p·|reported −
suggested| over its suspected figures of record; score = 100·effect / |value of the row|, the largest over its rows. The
queue is in the order of scores. Review may stop where all that is left moves no row by `review_stop_pct` (register). After
RECONCILIATION.md §2.8 (ONS selective editing, SeleMix). Figures that are stored nowhere (check inputs) move nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from khuyencong.culprits.suspects import Place
from khuyencong.culprits.suspicions import Hypothesis
from khuyencong.flags.national import NationalRow, RecordedFigure
from khuyencong.flags.words import FailedVerdict


@dataclass(frozen=True)
class Priority:
    """Place of one flag in the queue: rank from 1; score in per cent, None where the nation has nothing to compare with.

    `effects` are the expected changes of the national rows, `national` what they are compared with.
    """

    rank: int
    score: Decimal | None
    indicator_code: str | None
    impact_vnd: Decimal
    is_review_needed: bool
    effects: Mapping[NationalRow, Decimal]
    national: Mapping[NationalRow, Decimal]


def effects_of(
    verdicts: Sequence[FailedVerdict],
    hypotheses: Sequence[Hypothesis],
    suspected: Iterable[Place],
    figures: Mapping[Place, RecordedFigure],
) -> dict[NationalRow, Decimal]:
    """Expected change of each national row: over the hypotheses by their confidence, the rest evenly over the suspected."""
    effects: dict[NationalRow, Decimal] = defaultdict(Decimal)
    confidences = [Decimal(str(one.confidence)) for one in hypotheses]
    total = sum(confidences, Decimal(0))
    for one, confidence in zip(hypotheses, confidences, strict=True):
        for cell in one.cells:
            change = None if cell.suggested is None else abs((cell.value or Decimal(0)) - cell.suggested)
            _add(effects, figures.get(cell.place), cell.place, change, verdicts, confidence / max(total, Decimal(1)))
    places = [place for place in sorted(suspected) if place in figures]
    for place in places if total < 1 else ():
        _add(effects, figures[place], place, None, verdicts, (1 - total) / Decimal(len(places)))
    return dict(effects)


def _add(
    effects: dict[NationalRow, Decimal], figure: RecordedFigure | None, place: Place, change: Decimal | None,
    verdicts: Sequence[FailedVerdict], probability: Decimal,
) -> None:  # fmt: skip
    if figure is not None:
        effects[figure.row] += probability * (change if change is not None else _largest_change(figure, place, verdicts))


def _largest_change(figure: RecordedFigure, place: Place, verdicts: Sequence[FailedVerdict]) -> Decimal:
    """What may be at stake where no value is suggested: the difference of its balances, else the figure itself."""
    about = [v for v in verdicts if any(cell.place == place for cell in v.cells)] or list(verdicts)
    if all(v.family in ("linear", "cap") and v.is_money == figure.is_money for v in about):
        return max((abs(v.difference) for v in about), default=Decimal(0))
    return abs(figure.value or Decimal(0))


def queue(
    effects: Mapping[str, Mapping[NationalRow, Decimal]],
    national: Mapping[NationalRow, Decimal],
    money_indicators: Collection[str],
    blocking: Collection[str],
    stop_pct: Decimal,
) -> dict[str, Priority]:
    """flag_id → its priority.

    effects     flag_id → expected change of each national row
    national    value of each row, what is held left out; a row of nought is compared with its plan
    money_indicators  codes of the indicators of money
    blocking    flag_ids that hold figures: among equal scores they come first
    stop_pct    review may stop when what is left moves no row by this much
    A flag whose rows have nothing to compare with comes last, and its review is always needed.
    """
    money = frozenset(money_indicators)
    reference = {row: _reference(row, national, money) for rows in effects.values() for row in rows}
    scored = {flag_id: _score(rows, reference) for flag_id, rows in effects.items()}
    order = sorted(effects, key=lambda one: (scored[one][0] is None, -(scored[one][0] or 0), one not in blocking, one))
    unscored = [flag_id for flag_id in order if scored[flag_id][0] is None]
    needed = _needed(order[: len(order) - len(unscored)], effects, reference, stop_pct).union(unscored)
    return {
        flag_id: Priority(
            rank=rank,
            score=scored[flag_id][0],
            indicator_code=scored[flag_id][1],
            impact_vnd=max((e for row, e in effects[flag_id].items() if row.indicator_code in money), default=Decimal(0)),
            is_review_needed=flag_id in needed,
            effects=effects[flag_id],
            national={row: reference[row] for row in effects[flag_id]},
        )
        for rank, flag_id in enumerate(order, 1)
    }


def _score(
    rows: Mapping[NationalRow, Decimal], reference: Mapping[NationalRow, Decimal]
) -> tuple[Decimal | None, str | None]:
    """The largest share of a row in per cent with its indicator; nought when nothing moves, None when nothing compares."""
    shares = {row: 100 * effect / reference[row] for row, effect in rows.items() if effect and reference[row]}
    if not shares:
        return (None if any(rows.values()) else Decimal(0)), None
    top = max(shares, key=lambda row: (shares[row], row))
    return shares[top], top.indicator_code


def _reference(row: NationalRow, national: Mapping[NationalRow, Decimal], money: Collection[str]) -> Decimal:
    """|value| of the row; of a row of nought the largest plan of its year and fund for the same quantity."""
    value = abs(national.get(row, Decimal(0)))
    if value or row.measure == "plan":
        return value
    plans = [
        abs(amount)
        for other, amount in national.items()
        if other.measure == "plan"
        and (other.budget_year, other.fund_code) == (row.budget_year, row.fund_code)
        and (other.indicator_code == row.indicator_code or (row.indicator_code in money and other.indicator_code in money))
    ]
    return max(plans, default=Decimal(0))


def _needed(
    order: Sequence[str],
    effects: Mapping[str, Mapping[NationalRow, Decimal]],
    reference: Mapping[NationalRow, Decimal],
    stop_pct: Decimal,
) -> set[str]:
    """The head of the queue that must be read: what is left behind it moves every row by less than `stop_pct`."""
    left: dict[NationalRow, Decimal] = defaultdict(Decimal)
    for position in range(len(order) - 1, -1, -1):
        for row, effect in effects[order[position]].items():
            left[row] += effect
            if effect and 100 * left[row] >= stop_pct * reference[row]:
                return set(order[: position + 1])
    return set()
