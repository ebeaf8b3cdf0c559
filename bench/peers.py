"""The peers of the localisation bench, asked the same questions: `scipy.optimize.milp`, and Banff in its own environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.reference_form import CELLS, GRAIN, MONEY, RULES, WEIGHTS
from expectations.reconciliation.ruleset import RuleSet

BANFF_SECONDS = 5  # the time that Banff may take for one record


@dataclass(frozen=True)
class Found:
    """Our answer: the weight of the minimal sets (None: gave up), all of them by component, and whether a rule is violated."""

    weight: float | None
    sets: tuple[frozenset[frozenset[str]], ...]
    components: tuple[frozenset[str], ...]
    is_violated: bool

    def holds(self, cells: Iterable[str]) -> bool:
        """Whether these cells are one of the minimal sets of the record."""
        chosen = frozenset(cells)
        return chosen <= frozenset().union(*self.components) and all(
            chosen & component in sets for component, sets in zip(self.components, self.sets, strict=True)
        )


def compare(ours: Sequence[Found], theirs: Sequence[Iterable[str] | None]) -> dict[str, int]:
    """How many answers have our weight and are one of our sets, weigh more, weigh less, or were given up by one of both."""
    counts = dict.fromkeys(("same_weight", "among_our_sets", "heavier", "lighter", "no_answer", "we_gave_up"), 0)
    for mine, cells in zip(ours, theirs, strict=True):
        if cells is None or mine.weight is None:
            counts["no_answer" if cells is None else "we_gave_up"] += 1
            continue
        weight = sum(WEIGHTS.get(cell, 1) for cell in cells)
        name = "same_weight" if abs(weight - mine.weight) < 1e-6 else "heavier" if weight > mine.weight else "lighter"
        counts[name] += 1
        counts["among_our_sets"] += mine.holds(cells)
    return counts


def milp_peer(compiled: RuleSet) -> Callable[[Mapping[str, Any]], list[str] | None] | None:
    """The question of a record as one mixed-integer program, big-M and floats; None where scipy is not installed."""
    try:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
    except ImportError:
        return None
    rows = [sentence[0] for sentence in compiled.sentences[: len(RULES)]]
    n = len(CELLS)
    matrix = np.zeros((len(rows), n))
    for i, row in enumerate(rows):
        for cell, a in row.terms:
            matrix[i, cell] = a
    is_equality = np.array([row.kind == 0 for row in rows])
    weight = np.array([WEIGHTS.get(cell, 1) for cell in compiled.cells], float)

    def solve(record: Mapping[str, Any]) -> list[str] | None:
        value = np.array([record["values"][c] for c in compiled.cells], float)
        half = np.array([GRAIN / 2 if c in MONEY and "intervals" in record else 0.0 for c in compiled.cells])
        shrink = 1 / max(1.0, np.abs(value).max())
        big = 10.0
        low = -(matrix @ value) * shrink
        high = np.where(is_equality, low, np.inf)
        zeros, unit = np.zeros((len(rows), n)), np.eye(n)
        constraints = [
            LinearConstraint(np.hstack([matrix, zeros]), low, high),
            LinearConstraint(np.hstack([unit, -big * unit]), -np.inf, half * shrink),
            LinearConstraint(np.hstack([-unit, -big * unit]), -np.inf, half * shrink),
        ]
        lower = np.concatenate([-(value + half) * shrink, np.zeros(n)])
        upper = np.concatenate([np.full(n, np.inf), np.ones(n)])
        with silence():
            found = milp(
                np.concatenate([np.zeros(n), weight]),
                constraints=constraints,
                integrality=np.concatenate([np.zeros(n), np.ones(n)]),
                bounds=Bounds(lower, upper),
                options={"mip_rel_gap": 0},
            )
        return None if found.x is None else [compiled.cells[i] for i in np.flatnonzero(np.rint(found.x[n:]))]

    return solve


def banff_answers(interpreter: Path, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What `banff_peer.py` says of exact records (no intervals, nothing missing, nothing below zero allowed).

    Raises RuntimeError with Banff's last words when it cannot be run.
    """
    asked = {
        "edits": " ".join(f"{rule.replace('==', '=')};" for rule in RULES),
        "weights": " ".join(f"{cell}={weight};" for cell, weight in WEIGHTS.items()),
        "cells": CELLS,
        "records": [{"id": record["id"], "values": record["values"]} for record in records],
        "seconds": BANFF_SECONDS,
    }
    script = Path(__file__).with_name("banff_peer.py")
    try:
        ran = subprocess.run([interpreter, script], input=json.dumps(asked), capture_output=True, text=True, check=False)
    except OSError as error:
        raise RuntimeError(f"{interpreter} cannot be run: {error.strerror}") from error
    if ran.returncode != 0:
        raise RuntimeError(f"Banff did not answer: {(ran.stderr.strip().splitlines() or ['no word'])[-1]}")
    return json.loads(ran.stdout)


@contextmanager
def silence() -> Iterator[None]:
    """Keep a compiled solver's chatter off standard output."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
