"""Hidiroglou–Berthelot: whose change since the last period is out of line with everybody else's.

The effect of a change grows with the size of the unit, so that a large unit's small change counts like a small unit's
large one. Figures that are zero or missing in either period have no ratio; they are named, not dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

COLLAPSED = 0.25


@dataclass(frozen=True)
class Outliers:
    """Effects by unit, the band outside which a unit is flagged, and the units without a ratio."""

    effects: dict[str, float]
    lower: float
    upper: float
    quartiles: tuple[float, float, float]
    flagged: tuple[str, ...]
    without_ratio: tuple[str, ...]


def hidiroglou_berthelot(
    previous: Mapping[str, float | None],
    current: Mapping[str, float | None],
    *,
    u: float = 0.5,
    a: float = 0.05,
    c: float = 4,
    quantile_type: int = 7,
) -> Outliers:
    """Flag units whose effect lies outside E_M ± C · max(distance to the quartile, |A · E_M|).

    `quantile_type` 7 interpolates like PostgreSQL's percentile_cont, 6 like Banff. Where more than a quarter of the units
    share one ratio the quartiles collapse and the 10th and 90th percentiles stand in. ValueError without any ratio.
    """
    both: dict[str, tuple[float, float]] = {}
    for name, now in current.items():
        before = previous.get(name)
        if before and now and before > 0 and now > 0:
            both[name] = before, now
    without = tuple(sorted({*previous, *current}.difference(both)))
    if not both:
        raise ValueError("no unit has a figure above zero in both periods")
    ratios = {name: now / before for name, (before, now) in both.items()}
    middle = median(ratios.values())
    effects = {
        n: (1 - middle / r if r < middle else r / middle - 1) * max(both[n]) ** u
        for n, r in ratios.items()
    }
    most_alike = max(sum(r == other for other in ratios.values()) for r in ratios.values())
    share = 0.1 if most_alike > COLLAPSED * len(both) else 0.25
    values = sorted(effects.values())
    low, centre, high = (_quantile(values, p, quantile_type) for p in (share, 0.5, 1 - share))
    lower = centre - c * max(centre - low, abs(a * centre))
    upper = centre + c * max(high - centre, abs(a * centre))
    flagged = tuple(sorted(n for n, e in effects.items() if e < lower or e > upper))
    return Outliers(effects, lower, upper, (low, centre, high), flagged, without)


def _quantile(values: Sequence[float], p: float, quantile_type: int) -> float:
    """Type 7 places p at 1 + (n − 1)p, type 6 at (n + 1)p, and interpolates."""
    place = (len(values) - 1) * p if quantile_type == 7 else (len(values) + 1) * p - 1
    place = min(max(place, 0.0), len(values) - 1.0)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])
