"""Shares as the accuracy benches print them: means, Wilson intervals, reliability in ten bins."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Score = Mapping[str, float]


def wilson(successes: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (successes may be fractional: shares of ties)."""
    if not n:
        return 0.0, 1.0
    p, zz = successes / n, z * z
    middle, half = p + zz / (2 * n), z * math.sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return max(0.0, (middle - half) / (1 + zz / n)), min(1.0, (middle + half) / (1 + zz / n))


def share(scores: Sequence[Score], name: str) -> float:
    """Mean of one measure; 0 of nothing."""
    return sum(s[name] for s in scores) / len(scores) if scores else 0.0


def with_interval(scores: Sequence[Score], name: str) -> list[float]:
    """[mean, low, high] of one measure."""
    total = sum(s[name] for s in scores)
    low, high = wilson(total, len(scores))
    return [round(total / len(scores), 4) if scores else 0.0, round(low, 4), round(high, 4)]


def calibration(told: Iterable[tuple[float, bool]]) -> dict[str, object]:
    """Of (confidence, was it right): `bins` {lower end: [n, mean confidence, share right]}, and their mean distance."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, is_right in told:
        bins[min(9, int(confidence * 10))].append((confidence, is_right))
    n = sum(len(of_bin) for of_bin in bins.values())
    error = sum(abs(sum(c - right for c, right in of_bin)) for of_bin in bins.values()) / (n or 1)
    rows = {
        f"{b / 10:.1f}": [len(v), round(sum(c for c, _ in v) / len(v), 3), round(sum(r for _, r in v) / len(v), 3)]
        for b, v in sorted(bins.items())
    }
    return {"n": n, "error": round(error, 4), "bins": rows}
