"""How often the wrong figure is named: `python -m bench.accuracy`, by kind of error, beside two baselines on the same records.

On the reference form (one record, all of its rules: form_accuracy) and on the sample nation's own forms (whole nights:
nation_accuracy). Wilson intervals, 95 %. Seeds for tuning and for reporting are disjoint; report with `report` alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bench import form_accuracy, nation_accuracy
from bench.judged_nights import judge_nation
from bench.reference_form import WEIGHTS
from warehouse.settings import read_settings

PLACES = ("form", "nation")


def main(arguments: list[str] | None = None) -> int:
    """Print the accuracy tables, or one JSON document; exit code 0."""
    options = _parser().parse_args(arguments)
    document: dict[str, Any] = {"seeds": options.seeds}
    if "form" in options.on:
        document["form"] = list(_form_runs(options))
        for run in document["form"] if not options.json else ():
            _print_form(run)
    if "nation" in options.on:
        document["nation"] = _nation_run(options)
        if not options.json:
            _print_nation(document["nation"])
    if options.json:
        json.dump(document | {"weights": WEIGHTS}, sys.stdout, indent=1)
        print()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kc bench accuracy", description=__doc__.splitlines()[0])
    parser.add_argument("--on", nargs="+", choices=PLACES, default=list(PLACES))
    parser.add_argument("--seeds", choices=("tuning", "report"), default="report")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--n", type=int, default=200, help="form: records a kind of error")
    parser.add_argument("--clean", type=int, default=3000, help="form: clean records")
    parser.add_argument("--data", nargs="+", choices=form_accuracy.DATA, default=list(form_accuracy.DATA))
    parser.add_argument("--history", nargs="+", default=["clean", "none"], help="form: clean, none, merged, noisy:0.2")
    parser.add_argument("--events", type=int, default=1, help="form: errors a record")
    parser.add_argument("--nations", type=int, default=4, help="nation: how many, each a night of its own")
    parser.add_argument("--each", type=int, default=nation_accuracy.EACH, help="nation: errors a kind in each")
    parser.add_argument("--until", type=date.fromisoformat, default=nation_accuracy.UNTIL, help="nation: last day of its periods")
    return parser


def _form_runs(options: argparse.Namespace) -> Iterable[dict[str, Any]]:
    seeds = form_accuracy.TUNING_SEEDS if options.seeds == "tuning" else form_accuracy.REPORT_SEEDS
    for history in options.history:
        both: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for data in options.data:
            found = form_accuracy.measure(seeds, options.n, data, history, options.events)
            for kind, scores in found.items() if data != "words" else ():
                both[kind] += scores
            clean = form_accuracy.false_flags(seeds, options.clean, data, history) if options.clean else {}
            about = {"history": history, "data": data, "events": options.events, "seeds": seeds, "clean": clean}
            yield about | form_accuracy.summary(found)
        if {"exact", "rounded"} <= set(options.data):
            about = {"history": history, "data": "exact and rounded", "events": options.events, "seeds": seeds}
            yield about | form_accuracy.summary(both)


def _nation_run(options: argparse.Namespace) -> dict[str, Any]:
    every = nation_accuracy.NATION_TUNING_SEEDS if options.seeds == "tuning" else nation_accuracy.NATION_REPORT_SEEDS
    seeds = every[: options.nations]
    nights = []
    for number, seed in enumerate(seeds, 1):
        print(f"nation {number} of {len(seeds)} …", file=sys.stderr)
        nights.append(judge_nation(read_settings(), seed, options.each, options.until))
    return {"seeds": seeds, "each": options.each, "until": str(options.until)} | nation_accuracy.summary(nights)


def _print_form(run: Mapping[str, Any]) -> None:
    print(f"\nreference form, history {run['history']}, {run['data']}, errors a record {run['events']}: {run['n']} records, "
          f"gave up {run['gave_up']}, clean {run.get('clean')}")  # fmt: skip
    _print_table(run["kinds"], run["mean"], form_accuracy.MEASURES)
    _print_rest(run)


def _print_nation(run: Mapping[str, Any]) -> None:
    print(f"\nsample nation to {run['until']}, seeds {run['seeds']}: {run['n']} errors with cells")
    _print_table(run["kinds"], run["mean"], ("n", *nation_accuracy.MEASURES))
    _print_rest(run)
    print(f"Fellegi–Holt where its search ended: {run['fellegi_holt_where_asked']}")
    clean = run["clean"]
    print(f"clean reports {clean['reports']}: flagged by mistake {clean['any']}, of these blocking {clean['block']}")


def _print_table(kinds: Mapping[str, Mapping[str, float]], mean: Mapping[str, list[float]], names: Iterable[str]) -> None:
    names = list(names)
    print(f"{'kind':26s}" + "".join(f"{name:>14s}" for name in names))
    for kind, row in kinds.items():
        print(f"{kind:26s}" + "".join(f"{row[name]:14.3f}" if name != "n" else f"{row[name]:14d}" for name in names))
    print(f"{'mean':26s}" + "".join(f"{mean[name][0]:14.3f}" if name in mean else f"{'':14}" for name in names))
    ends = (f"{mean[name][1]:.3f}-{mean[name][2]:.3f}" if name in mean else "" for name in names)
    print(f"{'Wilson':26s}" + "".join(f"{text:>14s}" for text in ends))


def _print_rest(run: Mapping[str, Any]) -> None:
    print(f"value suggested {run['value_given']}, right when suggested {run['value_right_when_given']}")
    told = run["calibration"]
    print(f"calibration error {told['error']} of {told['n']}, bins (n, mean confidence, right): {told['bins']}")


if __name__ == "__main__":
    sys.exit(main())
