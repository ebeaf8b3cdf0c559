"""Speed of reconciliation on one core: `kc bench reconcile`.

Localisation (reading a record, judging its rules, all minimal sets) and the whole answer of `kc reconcile` (hypotheses and
suggestions too) are timed apart, in CPU time of this process, on dirty records of 40 figures and 26 rules; scipy's MIP solver
and Banff answer the same records and their answers are compared. Then dbt's checks judge many reports in SQL.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.peers import BANFF_SECONDS, Found, banff_answers, compare, milp_peer
from bench.reference_form import (
    CELLS,
    KINDS,
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
DIRTY_SHARE = 0.05
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


def dirty_records(n: int, is_rounded: bool, errors: str) -> list[dict[str, Any]]:
    """Records that break a rule: `gross` has one to three random cells (60, 30, 10 %), `kinds` one of the 12 events."""
    rng, records = random.Random(f"{SEED}/{is_rounded}/{errors}"), []
    while len(records) < n:
        now, before = clean_pair(rng, is_rounded)
        if errors == "gross":
            y = gross_errors(rng, now, rng.choices((1, 2, 3), (6, 3, 1))[0])
        else:
            y, _ = damage(rng, now, before, KINDS[len(records) % len(KINDS)])
        record = as_record(str(len(records)), y, before, is_rounded)
        if y != now and localise(record).is_violated:
            records.append(record)
    return records


COMPILED = compile_rules([read_rule(rule) for rule in RULES], CELLS, is_negative_allowed=False)
WEIGHT = [int(WEIGHTS.get(cell, 1) * SCALE) for cell in COMPILED.cells]


def localise(record: dict[str, Any]) -> Found:
    """All minimal sets of a record."""
    made = make_record(COMPILED, record["values"], record.get("intervals") or {}, {}, WEIGHT)
    covers = [minimal_sets(question(made, component)) for component in COMPILED.components]
    has_given_up = any(cover.has_given_up for cover in covers)
    return Found(
        None if has_given_up else sum(cover.objective for cover in covers) / SCALE,
        tuple(frozenset(frozenset(COMPILED.cells[i] for i in one) for one in cover.sets) for cover in covers),
        tuple(frozenset(COMPILED.cells[i] for i in component) for component in COMPILED.components),
        bool(made.violated),
    )


def timed(work: Callable[[dict[str, Any]], Any], records: list[dict[str, Any]]) -> tuple[dict[str, float], list[Any]]:
    """CPU milliseconds a record (mean, p50, p95, max) and the answers."""
    times, answers = [], []
    for record in records:
        start = time.process_time_ns()
        answers.append(work(record))
        times.append((time.process_time_ns() - start) / 1e6)
    return spread(times), answers


def spread(times: list[float]) -> dict[str, float]:
    """Mean, p50, p95 and max of some times."""
    ordered = sorted(times)
    at = {name: ordered[min(len(times) - 1, int(share * len(times)))] for name, share in (("p50", 0.5), ("p95", 0.95))}
    return {k: round(v, 3) for k, v in ({"mean": sum(times) / len(times), **at, "max": ordered[-1]}).items()}


def measure(n: int, peer: int, banff: Path | None) -> list[dict[str, Any]]:
    """One row a kind of record and a worker; the peers run on the first `peer` records, Banff on exact ones only."""
    report = []
    rival = milp_peer(COMPILED) if peer else None
    start = time.process_time_ns()
    for _ in range(20):
        reconcile(as_problem([]))
    reading = (time.process_time_ns() - start) / 20e6
    for errors in ("gross", "kinds"):
        for is_rounded in (False, True):
            records = dirty_records(n, is_rounded, errors)
            about = {"errors": errors, "rounded": is_rounded}
            times, ours = timed(localise, records)
            gave_up = sum(found.weight is None for found in ours)
            report.append(about | {"worker": "localisation", "n": n, "gave_up": gave_up} | times)
            times, _ = timed(lambda record: reconcile(as_problem([record])), records)
            times = {name: round(value - reading, 3) for name, value in times.items()}
            report.append(about | {"worker": "kc reconcile, less reading the rules", "n": n} | times)
            if rival:
                times, answers = timed(rival, records[:peer])
                report.append(about | {"worker": "scipy.optimize.milp", "n": len(answers)} | times | compare(ours[:peer], answers))
            if banff and peer and not is_rounded:
                report.append(about | _banff_row(banff, records[:peer], ours[:peer]))
    report.append({"worker": "reading 26 rules", "mean": round(reading, 3)})
    return report


def _banff_row(banff: Path, records: list[dict[str, Any]], ours: list[Found]) -> dict[str, Any]:
    said = banff_answers(banff, records)
    return {
        "worker": f"Banff {said['version']}, a call a record",
        "n": len(records),
        **spread([answer["ms"] for answer in said["answers"]]),
        "mean_in_one_call": round(said["together_ms"], 3),
        **compare(ours, [answer["cells"] for answer in said["answers"]]),
    }


def run(n: int, peer: int, banff: Path | None, submissions: int, whole: int, is_json: bool) -> None:
    """Measure and print: rows, or one JSON document. Raises RuntimeError when Banff cannot be run."""
    from bench.judging import judge_in_sql, judge_whole_forms

    document: dict[str, Any] = {"figures": len(CELLS), "rules": len(RULES), "localisation": measure(n, peer, banff)}
    if submissions:
        document["judging"] = judge_in_sql(submissions, DIRTY_SHARE, SEED)
    if whole:
        document["judging_whole_forms"] = judge_whole_forms(whole, SEED)
    if is_json:
        print(json.dumps(document, indent=1))
        return
    print(f"{len(CELLS)} figures ({len(TYPED)} typed), {len(RULES)} rules, ms of CPU a record")
    for row in document["localisation"]:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    if not banff:
        print(f"Banff left out: put it into an environment of its own (pip install banff) and name it with --banff. "
              f"It may think {BANFF_SECONDS} s a record.")  # fmt: skip
    for name in ("judging", "judging_whole_forms"):
        if name in document:
            print(f"\n{name} in SQL, one core, a warehouse of its own")
            for key, value in document[name].items():
                print(f"  {key:24} {value}")
