"""Accuracy on the reference form: records with one error each (or several), scored beside two baselines.

Baselines: all cells of the violated rules (what a plain check gives), and Fellegi–Holt with a random tie (the expected
share of the minimal sets that are the truth). "First" is the first hypothesis; a composite of more than two cells counts
when it covers the truth, as in the reference measurement; `strict` counts only the very set.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from bench.reference_form import KINDS, RULES, Figures, as_problem, as_record, clean_pair, damage
from bench.shares import calibration, share, with_interval
from bench.worded_form import Way, as_worded_record, in_words, ways
from expectations.reconciliation.language import read_rule
from expectations.reconciliation.problem import reconcile

TUNING_SEEDS, REPORT_SEEDS = (7, 101), (202, 909)
DATA = ("exact", "rounded", "words")
CELLS_OF_RULE = tuple(frozenset(read_rule(rule).cells) for rule in RULES)
LARGEST_SHARE, SHARE_SPREAD = (0.35, 0.7), 0.1
RIGHT_WITHIN = 5
MEASURES = ("flagged", "first", "strict", "top3", "rules_set", "rules_cell", "fellegi_holt")
Range = tuple[Any, Any]


def score(answer: dict[str, Any], truth: frozenset[str], meant: Mapping[str, Range]) -> dict[str, float]:
    """What one answer got right about the damaged cells; a suggested value is right inside what was `meant` (None: no end)."""
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
        result["value_right"] = result["given"] and all(_is_within(suggested[c], meant[c]) for c in given)
    return result


def _is_within(value: float, ends: Range) -> bool:
    low, high = ends
    return (low is None or value >= low) and (high is None or value <= high)


def past(rng: random.Random, before: Figures, history: str) -> Figures | None:
    """The previous period as the engine sees it: clean, none, noisy (`noisy:0.2` = σ 20 %), or merged.

    `merged`: the unit has taken others in since, and only the largest predecessor's figures are at hand.
    """
    if history == "none":
        return None
    if history == "merged":
        portion = rng.uniform(*LARGEST_SHARE)
        return {c: round(v * portion * math.exp(rng.gauss(0, SHARE_SPREAD))) for c, v in before.items()}
    if history.startswith("noisy:"):
        sigma = float(history.partition(":")[2])
        return {c: round(v * math.exp(rng.gauss(0, sigma))) for c, v in before.items()}
    return before


def measure(seeds: Iterable[int], n: int, data: str, history: str, events: int = 1) -> dict[str, list[dict[str, Any]]]:
    """Scores by kind of error (`events` > 1: every further event of a random kind), n records a kind over the seeds.

    A record is damaged when a figure is written otherwise than it should be: words hide small errors.
    """
    seeds, scores = list(seeds), defaultdict(list)
    for seed in seeds:
        rng = random.Random(f"{seed}/{_stream(data)}/{history}/{events}")
        for kind in KINDS:
            records, truths = [], []
            while len(records) < n // len(seeds):
                now, before = clean_pair(rng, data == "rounded")
                y = now
                for number in range(events):
                    y, _ = damage(rng, y, before, kind if number == 0 else rng.choice(KINDS))
                way = ways(rng) if data == "words" else None
                wrong, meant = _what_is_wrong(y, now, way)
                if wrong:
                    records.append(_record(f"{kind}-{len(records)}", y, past(rng, before, history), data, way))
                    truths.append((wrong, meant))
            answers = reconcile(as_problem(records))["records"]
            scores[kind] += [score(a, wrong, meant) for a, (wrong, meant) in zip(answers, truths, strict=True)]
    return scores


def _stream(data: str) -> object:
    return {"exact": False, "rounded": True}.get(data, data)


def _what_is_wrong(y: Figures, now: Figures, way: Mapping[str, Way] | None) -> tuple[frozenset[str], dict[str, Range]]:
    """The cells that do not say what was meant, and of every cell what its suggested value may be."""
    if way is None:
        meant = {c: (v - RIGHT_WITHIN, v + RIGHT_WITHIN) for c, v in now.items()}
        return frozenset(c for c in now if y[c] != now[c]), meant
    true, told = in_words(now, way), in_words(y, way)
    ends = {c: (worded.interval.low, worded.interval.high) for c, worded in true.items()}
    return frozenset(c for c in now if told[c].text != true[c].text), ends


def _record(name: str, y: Figures, before: Figures | None, data: str, way: Mapping[str, Way] | None) -> dict[str, object]:
    if way is None:
        return as_record(name, y, before, data == "rounded")
    return as_worded_record(name, in_words(y, way), None if before is None else in_words(before, way))


def false_flags(seeds: Iterable[int], n: int, data: str, history: str) -> dict[str, int]:
    """Clean records that the engine flags: hard (a rule violated) or by history alone."""
    counts = {"records": 0, "hard": 0, "by_history": 0}
    seeds = list(seeds)
    for seed in seeds:
        rng = random.Random(f"clean/{seed}/{_stream(data)}/{history}")
        records = []
        for number in range(n // len(seeds)):
            now, before = clean_pair(rng, data == "rounded")
            way = ways(rng) if data == "words" else None
            records.append(_record(str(number), now, past(rng, before, history), data, way))
        for answer in reconcile(as_problem(records))["records"]:
            counts["records"] += 1
            counts["hard"] += bool(answer["violated"] or answer["objective"] != 0)
            counts["by_history"] += bool(answer["hypotheses"])
    return counts


def summary(scores: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Means by kind and over all, with Wilson intervals over all; calibration in ten bins of the first confidence."""
    every = [s for kind in scores.values() for s in kind]
    given = [s for s in every if s.get("given")]
    return {
        "n": len(every),
        "mean": {name: with_interval(every, name) for name in MEASURES},
        "gave_up": sum(s["gave_up"] for s in every),
        "value_given": round(len(given) / (len(every) or 1), 4),
        "value_right_when_given": with_interval(given, "value_right"),
        "calibration": calibration((s["confidence"], s["first"]) for s in every if "confidence" in s),
        "kinds": {k: {m: round(share(v, m), 3) for m in MEASURES} for k, v in scores.items()},
    }
