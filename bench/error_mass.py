"""How much of the national error mass lies in the first part of the review queue.

The error mass of a report is Σ |written − meant| over its planted cells of money, in đồng, at most the plan of its unit and
year. The queue is that of `kc flags`; a flag reaches its report and the reports whose cells it suspects first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING

from bench.planted_flags import FiledCell, NightFlag, read_paths
from bench.planted_truth import Planted, number_written

if TYPE_CHECKING:
    from warehouse.connections import Cursor


FIRST_SHARE = 0.05


@dataclass(frozen=True)
class QueueShare:
    """Share of the mass in the first `n` of `of`, and what no order could surpass."""

    n: int
    of: int
    share: float
    best: float


def read_factors(cursor: Cursor) -> dict[FiledCell, Decimal]:
    """Each cell of money → the unit that it is written in, in đồng."""
    path_of = read_paths(cursor)
    cursor.execute(
        """select figure.submission_key, figure.sheet_name, figure.cell_address, figure.factor
        from staging.stg_figure as figure
        inner join staging.stg_indicator as meaning using (indicator_code)
        where meaning.is_money"""
    )
    return {(path_of[key], sheet, address): Decimal(factor) for key, sheet, address, factor in cursor}


def masses(
    errors: Iterable[Planted], factors: Mapping[FiledCell, Decimal], plans: Mapping[tuple[str, int], Decimal]
) -> dict[str, Decimal]:
    """File → its error mass in đồng, of the errors that a flag is expected for; without a known plan uncapped."""
    found: dict[str, Decimal] = {}
    for error in errors:
        if error.expected != "flag":
            continue
        mass = sum(
            (
                abs(number_written(written) - number_written(meant)) * factors[error.path, *cell]
                for cell, (meant, written) in error.meant.items()
                if (error.path, *cell) in factors
            ),
            Decimal(0),
        )
        plan = plans.get((error.unit_key, int(error.period_end[:4])))
        found[error.path] = mass if plan is None else min(mass, plan)
    return {path: mass for path, mass in found.items() if mass}


def reached(flag: NightFlag) -> frozenset[str]:
    """The files that a reviewer of the flag looks into."""
    return frozenset({flag.path, *(cell[0] for _, cells in flag.hypotheses[:1] for cell in cells)})


def share_of_first_flags(queue: Sequence[NightFlag], mass: Mapping[str, Decimal]) -> QueueShare:
    """The first flags of the queue, of all open flags."""
    n = ceil(FIRST_SHARE * len(queue))
    seen = frozenset[str]().union(*(reached(flag) for flag in queue[:n]))
    return _share(n, len(queue), seen, mass)


def share_of_first_reports(queue: Sequence[NightFlag], judged: int, mass: Mapping[str, Decimal]) -> QueueShare:
    """The first reports that the queue comes to, of all that were judged, flagged or not."""
    n = ceil(FIRST_SHARE * judged)
    order = list(dict.fromkeys(path for flag in queue for path in (flag.path, *sorted(reached(flag)))))
    return _share(n, judged, frozenset(order[:n]), mass)


def _share(n: int, of: int, seen: frozenset[str], mass: Mapping[str, Decimal]) -> QueueShare:
    total = sum(mass.values())
    best = sum(sorted(mass.values(), reverse=True)[:n])
    caught = sum(m for path, m in mass.items() if path in seen)
    return QueueShare(n, of, float(caught / total) if total else 0.0, float(best / total) if total else 0.0)
