"""How long one dirty record of 40 figures and 26 rules takes: `python -m bench.reconcile`, one core, beside a MIP solver.

Two questions are timed apart: localisation (reading the record, judging its rules, all minimal sets) and the whole
answer of `kc reconcile` (hypotheses and suggestions too). Times are CPU time of this process. The peer is
`scipy.optimize.milp`, where scipy is installed: one optimum a record, big-M and floats, its weight compared with ours.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.reference_form import (
    CELLS,
    GRAIN,
    KINDS,
    MONEY,
    RULES,
    TYPED,
    WEIGHTS,
    Figures,
    as_problem,
    as_record,
    clean_pair,
    damage,
)
from expectations.reconciliation.compiler import compile_rules
from expectations.reconciliation.covering import minimal_sets, question
from expectations.reconciliation.language import read_rule
from expectations.reconciliation.problem import reconcile
from expectations.reconciliation.record import make_record

SEED = 20250701
SCALE = 4  # weights of the form are multiples of a quarter


def gross_errors(rng: random.Random, truth: Figures, cells: int) -> Figures:
    """Damage some cells at random: a thousandfold, digits interchanged, inflated, zero, or a round number too much."""
    y = dict(truth)
    for cell in rng.sample(CELLS, cells):
        kind, value = rng.randrange(5), y[cell]
        if kind == 0:
            y[cell] = value * 1000
        elif kind == 1 and value >= 12:
            digits = list(str(int(value)))
            at = rng.randrange(len(digits) - 1)
            digits[at], digits[at + 1] = digits[at + 1], digits[at]
            y[cell] = int("".join(digits))
        elif kind == 2:
            y[cell] = round(value * rng.uniform(1.3, 2.5))
        elif kind == 3:
            y[cell] = 0
        else:
            y[cell] = value + 10 ** rng.randrange(1, 5)
        if y[cell] == value:
            y[cell] = value + 7
    return y


def dirty_records(n: int, is_rounded: bool, errors: str) -> list[dict]:
    """Records that break a rule: `gross` has one to three random cells (60, 30, 10 %), `kinds` one of the 12 events."""
    rng, records = random.Random(f"{SEED}/{is_rounded}/{errors}"), []
    while len(records) < n:
        now, before = clean_pair(rng, is_rounded)
        if errors == "gross":
            y = gross_errors(rng, now, rng.choices((1, 2, 3), (6, 3, 1))[0])
        else:
            y, _ = damage(rng, now, before, KINDS[len(records) % len(KINDS)])
        record = as_record(str(len(records)), y, before, is_rounded)
        if y != now and localise(record)[1]:
            records.append(record)
    return records


COMPILED = compile_rules([read_rule(rule) for rule in RULES], CELLS, is_negative_allowed=False)
WEIGHT = [int(WEIGHTS.get(cell, 1) * SCALE) for cell in COMPILED.cells]


def localise(record: dict) -> tuple[float | None, bool]:
    """Weight of the minimal sets of a record (None: gave up), and whether a rule is violated."""
    made = make_record(COMPILED, record["values"], record.get("intervals") or {}, {}, WEIGHT)
    covers = [minimal_sets(question(made, component)) for component in COMPILED.components]
    if any(cover.has_given_up for cover in covers):
        return None, True
    return sum(cover.objective for cover in covers) / SCALE, bool(made.violated)


def milp_peer() -> Callable[[dict], float | None] | None:
    """The same question as one mixed-integer program a record; None where scipy is not installed."""
    try:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
    except ImportError:
        return None
    rows = [sentence[0] for sentence in COMPILED.sentences[: len(RULES)]]
    n = len(CELLS)
    matrix = np.zeros((len(rows), n))
    for i, row in enumerate(rows):
        for cell, a in row.terms:
            matrix[i, cell] = a
    is_equality = np.array([row.kind == 0 for row in rows])
    weight = np.array(WEIGHT, float) / SCALE

    def solve(record: dict) -> float | None:
        value = np.array([record["values"][c] for c in COMPILED.cells], float)
        half = np.array([GRAIN / 2 if c in MONEY and "intervals" in record else 0.0 for c in COMPILED.cells])
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
        return None if found.x is None else float(weight @ np.rint(found.x[n:]))

    return solve


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


def timed(work: Callable[[dict], object], records: list[dict]) -> tuple[dict[str, float], list]:
    """CPU milliseconds a record (mean, p50, p95, max) and the answers."""
    times, answers = [], []
    for record in records:
        start = time.process_time_ns()
        answers.append(work(record))
        times.append((time.process_time_ns() - start) / 1e6)
    times.sort()
    at = {name: times[min(len(times) - 1, int(share * len(times)))] for name, share in (("p50", 0.5), ("p95", 0.95))}
    shown = {"mean": sum(times) / len(times), **at, "max": times[-1]}
    return {name: round(value, 3) for name, value in shown.items()}, answers


def measure(n: int, peer: int) -> list[dict[str, object]]:
    """One row a kind of record and a worker; the peer runs on the first `peer` records."""
    report = []
    rival = milp_peer() if peer else None
    start = time.process_time_ns()
    for _ in range(20):
        reconcile(as_problem([]))
    reading = (time.process_time_ns() - start) / 20e6
    for errors in ("gross", "kinds"):
        for is_rounded in (False, True):
            records = dirty_records(n, is_rounded, errors)
            about = {"errors": errors, "rounded": is_rounded}
            times, found = timed(localise, records)
            gave_up = sum(weight is None for weight, _ in found)
            report.append(about | {"worker": "localisation", "n": n, "gave_up": gave_up} | times)
            times, _ = timed(lambda record: reconcile(as_problem([record])), records)
            times = {name: round(value - reading, 3) for name, value in times.items()}
            report.append(about | {"worker": "kc reconcile, less reading the rules", "n": n} | times)
            if rival:
                times, answers = timed(rival, records[:peer])
                ours = [weight for weight, _ in found[:peer]]
                other = sum(
                    a is None or (w is not None and abs(a - w) > 1e-6) for a, w in zip(answers, ours, strict=True)
                )
                lower = sum(
                    a is not None and w is not None and a < w - 1e-6 for a, w in zip(answers, ours, strict=True)
                )
                row = {"worker": "scipy.optimize.milp", "n": len(answers), "other_weight": other, "lower": lower}
                report.append(about | row | times)
    report.append({"worker": "reading 26 rules", "mean": round(reading, 3)})
    return report


def main(arguments: list[str] | None = None) -> int:
    """Print the rows, or one JSON document; exit code 0."""
    parser = argparse.ArgumentParser(prog="kc bench reconcile", description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=500, help="dirty records of each sort")
    parser.add_argument("--peer", type=int, default=100, help="records for the peer; 0 leaves it out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    report = measure(options.n, options.peer)
    if options.json:
        print(json.dumps(report, indent=1))
    else:
        print(f"{len(CELLS)} figures ({len(TYPED)} typed), {len(RULES)} rules, ms of CPU a record")
        for row in report:
            print("  ".join(f"{name} {value}" for name, value in row.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
