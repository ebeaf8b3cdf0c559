"""How often the engine names the wrong figures: `python -m bench.accuracy`, beside two baselines on the same records.

Baselines: all cells of the violated rules (what a plain check gives), and Fellegi–Holt with a random tie (the expected
share of the minimal sets that are the truth). "First" is the first hypothesis; a composite of more than two cells counts
when it covers the truth, as in the reference measurement; `strict` counts only the very set. Wilson intervals, 95 %.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import defaultdict
from collections.abc import Iterable

from bench.reference_form import KINDS, RULES, WEIGHTS, Figures, as_problem, as_record, clean_pair, damage
from expectations.reconciliation.language import read_rule
from expectations.reconciliation.problem import reconcile

TUNING_SEEDS, REPORT_SEEDS = (7, 101), (202, 909)
CELLS_OF_RULE = tuple(frozenset(read_rule(rule).cells) for rule in RULES)
LARGEST_SHARE, SHARE_SPREAD = (0.35, 0.7), 0.1
MEASURES = ("flagged", "first", "strict", "top3", "rules_set", "rules_cell", "fellegi_holt")


def wilson(successes: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (successes may be fractional: shares of ties)."""
    if not n:
        return 0.0, 1.0
    p, zz = successes / n, z * z
    middle, half = p + zz / (2 * n), z * math.sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return max(0.0, (middle - half) / (1 + zz / n)), min(1.0, (middle + half) / (1 + zz / n))


def score(answer: dict, truth: frozenset[str], meant: Figures) -> dict[str, float]:
    """What one answer got right about the damaged cells."""
    sets = [frozenset(h["cells"]) for h in answer["hypotheses"]]
    minimal = [frozenset(s) for s in answer["minimal_sets"] if s]
    cells = frozenset().union(*(CELLS_OF_RULE[r] for r in answer["violated"]))
    right = [s == truth or (len(truth) > 2 and truth <= s) for s in sets]
    result = {
        "flagged": bool(sets or minimal),
        "first": right[:1] == [True],
        "strict": sets[:1] == [truth],
        "top3": any(right[:3]),
        "rules_set": cells == truth,
        "rules_cell": len(cells & truth) / len(cells) if cells else 0.0,
        "fellegi_holt": sum(s == truth for s in minimal) / len(minimal) if minimal else 0.0,
        "gave_up": answer["gave_up"],
    }
    if sets:
        suggested = answer["hypotheses"][0]["suggested"]
        given = [c for c, v in suggested.items() if v is not None]
        result |= {"given": len(given) == len(suggested), "confidence": answer["hypotheses"][0]["confidence"]}
        result["value_right"] = result["given"] and all(abs(suggested[c] - meant[c]) <= 5 for c in given)
    return result


def past(rng: random.Random, before: Figures, history: str) -> Figures | None:
    """The previous period as the engine sees it: clean, none, noisy (`noisy:0.2` = σ 20 %), or merged.

    `merged`: the unit has taken others in since, and only the largest predecessor's figures are at hand.
    """
    if history == "none":
        return None
    if history == "merged":
        share = rng.uniform(*LARGEST_SHARE)
        return {c: round(v * share * math.exp(rng.gauss(0, SHARE_SPREAD))) for c, v in before.items()}
    if history.startswith("noisy:"):
        sigma = float(history.partition(":")[2])
        return {c: round(v * math.exp(rng.gauss(0, sigma))) for c, v in before.items()}
    return before


def measure(seeds: Iterable[int], n: int, is_rounded: bool, history: str, events: int = 1) -> dict[str, list[dict]]:
    """Scores by kind of error (`events` > 1: every further event of a random kind), n records a kind over the seeds."""
    seeds, scores = list(seeds), defaultdict(list)
    for seed in seeds:
        rng = random.Random(f"{seed}/{is_rounded}/{history}/{events}")
        for kind in KINDS:
            records, truths = [], []
            while len(records) < n // len(seeds):
                now, before = clean_pair(rng, is_rounded)
                y = now
                for number in range(events):
                    y, _ = damage(rng, y, before, kind if number == 0 else rng.choice(KINDS))
                wrong = frozenset(c for c in now if y[c] != now[c])
                if wrong:
                    records.append(as_record(f"{kind}-{len(records)}", y, past(rng, before, history), is_rounded))
                    truths.append((wrong, now))
            answers = reconcile(as_problem(records))["records"]
            scores[kind] += [score(a, wrong, now) for a, (wrong, now) in zip(answers, truths, strict=True)]
    return scores


def false_flags(seeds: Iterable[int], n: int, is_rounded: bool, history: str) -> dict[str, int]:
    """Clean records that the engine flags: hard (a rule violated) or by history alone."""
    counts = {"records": 0, "hard": 0, "by_history": 0}
    seeds = list(seeds)
    for seed in seeds:
        rng = random.Random(f"clean/{seed}/{is_rounded}/{history}")
        records = []
        for number in range(n // len(seeds)):
            now, before = clean_pair(rng, is_rounded)
            records.append(as_record(str(number), now, past(rng, before, history), is_rounded))
        for answer in reconcile(as_problem(records))["records"]:
            counts["records"] += 1
            counts["hard"] += bool(answer["violated"] or answer["objective"] != 0)
            counts["by_history"] += bool(answer["hypotheses"])
    return counts


def summary(scores: dict[str, list[dict]]) -> dict[str, object]:
    """Means by kind and over all, with Wilson intervals over all; calibration in ten bins of the first confidence."""
    every = [s for kind in scores.values() for s in kind]
    n = len(every)
    over_all = {}
    for name in MEASURES:
        total = sum(s[name] for s in every)
        low, high = wilson(total, n)
        over_all[name] = [round(total / n, 4), round(low, 4), round(high, 4)]
    given = [s for s in every if s.get("given")]
    bins = defaultdict(list)
    for s in every:
        if "confidence" in s:
            bins[min(9, int(s["confidence"] * 10))].append(s)
    calibration = {
        f"{b / 10:.1f}": [len(v), round(sum(s["confidence"] for s in v) / len(v), 3), round(share(v, "first"), 3)]
        for b, v in sorted(bins.items())
    }
    told = sum(len(v) for v in bins.values()) or 1
    error = sum(abs(sum(s["confidence"] - s["first"] for s in v)) for v in bins.values()) / told
    return {
        "n": n,
        "mean": over_all,
        "gave_up": sum(s["gave_up"] for s in every),
        "value_given": round(len(given) / n, 4),
        "value_right_when_given": round(share(given, "value_right"), 4),
        "calibration_error": round(error, 4),
        "calibration": calibration,
        "kinds": {k: {m: round(share(v, m), 3) for m in MEASURES} for k, v in scores.items()},
    }


def share(scores: list[dict], name: str) -> float:
    """Mean of one measure."""
    return sum(s[name] for s in scores) / len(scores) if scores else 0.0


def main(arguments: list[str] | None = None) -> int:
    """Print the accuracy tables, or one JSON document; exit code 0."""
    parser = argparse.ArgumentParser(prog="kc bench accuracy", description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=200, help="records a kind of error")
    parser.add_argument("--clean", type=int, default=3000, help="clean records")
    parser.add_argument("--seeds", choices=("tuning", "report"), default="report")
    parser.add_argument("--history", nargs="+", default=["clean", "none"], help="clean, none, merged, noisy:0.2")
    parser.add_argument("--events", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    seeds = TUNING_SEEDS if options.seeds == "tuning" else REPORT_SEEDS
    report: dict[str, object] = {"seeds": seeds, "events": options.events, "weights": WEIGHTS, "runs": []}
    for history in options.history:
        both: dict[str, list[dict]] = defaultdict(list)
        for is_rounded in (False, True):
            found = measure(seeds, options.n, is_rounded, history, options.events)
            for kind, scores in found.items():
                both[kind] += scores
            clean = false_flags(seeds, options.clean, is_rounded, history) if options.clean else {}
            run = {"history": history, "rounded": is_rounded, "clean": clean} | summary(found)
            report["runs"].append(run)
        report["runs"].append({"history": history, "rounded": "both"} | summary(both))
    if options.json:
        json.dump(report, sys.stdout, indent=1)
        print()
        return 0
    for run in report["runs"]:
        _print(run)
    return 0


def _print(run: dict) -> None:
    data = {False: "exact", True: "rounded", "both": "exact and rounded"}[run["rounded"]]
    print(f"\nhistory {run['history']}, {data}: {run['n']} records, gave up {run['gave_up']}, clean {run.get('clean')}")
    print(f"{'kind':20s}" + "".join(f"{m:>14s}" for m in MEASURES))
    for kind, row in run["kinds"].items():
        print(f"{kind:20s}" + "".join(f"{row[m]:14.3f}" for m in MEASURES))
    print(f"{'mean':20s}" + "".join(f"{run['mean'][m][0]:14.3f}" for m in MEASURES))
    print(f"{'Wilson':20s}" + "".join(f"{low:8.3f}-{high:.3f}" for _, low, high in run["mean"].values()))
    print(f"value given {run['value_given']}, right when given {run['value_right_when_given']}; ", end="")
    print(f"calibration error {run['calibration_error']}: {run['calibration']}")


if __name__ == "__main__":
    sys.exit(main())
