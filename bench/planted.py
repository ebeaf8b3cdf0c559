"""What became of the planted errors of the sample nation: `python -m bench.planted`, after a night on the samples.

By kind: how many errors were flagged, how often the first hypothesis names the very cells (of a block: only cells of it),
how often it is sure (confidence of 0.8), and how often every suggested value is what the office meant, within the rounding of
its digits. An error without cells counts when its report is flagged. Then files sent back, late, lost, sent twice or revised;
clean reports flagged; and how much of the error mass the first part of the queue holds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.error_mass import masses, read_factors, share_of_first_flags, share_of_first_reports
from bench.judged_nights import JudgedNight, read_night
from bench.nation_accuracy import clean_flagged
from bench.planted_flags import MEASURES, NightFlag, judge
from bench.planted_outcomes import outcomes, read_states
from bench.planted_truth import Planted, read_plans
from bench.shares import wilson
from ingestion.register import load_register
from warehouse.settings import Settings, read_settings


def table_of(errors: Iterable[Planted], flags: list[NightFlag]) -> dict[str, dict[str, int]]:
    """Counts by kind and measure of the errors that a flag is expected for, and of all of them with cells."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
    for error in errors:
        for name, value in judge(error, flags).items() if error.expected == "flag" else ():
            for kind in (error.kind, "all with cells") if error.meant else (error.kind,):
                table[kind][name] += value
    return {kind: table[kind] for kind in sorted(table, key=lambda kind: kind == "all with cells")}


def measure(settings: Settings, truth: Path) -> dict[str, Any]:
    """{errors, outcomes, clean, queue} of the last night on the warehouse of these settings."""
    from warehouse.address import connect
    from warehouse.opening import open_warehouse

    connection = connect(open_warehouse(settings))
    try:
        night = read_night(connection, truth / "errors.csv", asks_baselines=False)
        with connection, connection.cursor() as cursor:
            states, factors = read_states(cursor), read_factors(cursor)
    finally:
        connection.close()
    money = {code for code, indicator in load_register(settings.register).indicators.items() if indicator.is_money}
    mass = masses(night.errors, factors, read_plans(truth / "figures.csv", money))
    return {
        "errors": table_of(night.errors, night.flags),
        "outcomes": outcomes(night.errors, states),
        "clean": _clean(night),
        "queue": {
            "error_mass_vnd": int(sum(mass.values())),
            "reports_with_mass": len(mass),
            "first_flags": asdict(share_of_first_flags(night.flags, mass)),
            "first_reports": asdict(share_of_first_reports(night.flags, len(night.judged), mass)),
        },
    }


def _clean(night: JudgedNight) -> dict[str, Any]:
    n, mistaken = clean_flagged(night)
    paths = sorted({flag.path for flag in mistaken})
    return {"reports": n, "flagged": len(paths), "wilson": wilson(len(paths), n), "files": paths}


def main(arguments: list[str]) -> int:
    """Print the tables, or JSON."""
    parser = argparse.ArgumentParser(prog="kc bench planted", description=__doc__.splitlines()[0])
    parser.add_argument("--truth", type=Path, help="folder of errors.csv; default: that of the samples under KC_HOME")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    settings = read_settings()
    document = measure(settings, chosen.truth or settings.home / "samples" / "truth")
    if chosen.json:
        print(json.dumps(document))
        return 0
    print(f"{'kind':26}" + "".join(f"{name:>9}" for name in MEASURES))
    for kind, row in document["errors"].items():
        print(f"{kind:26}" + "".join(f"{row[name]:>9}" for name in MEASURES))
    print(f"\n{'kind':26}{'planted':>9}{'as should':>11}  what should become of it")
    for kind, n, right, should in document["outcomes"]:
        print(f"{kind:26}{n:>9}{right:>11}  {should}")
    clean, queue = document["clean"], document["queue"]
    low, high = clean["wilson"]
    print(f"\nclean reports: {clean['reports']}, flagged by mistake {clean['flagged']} [{low:.4f}, {high:.4f}] {clean['files']}")
    print(f"error mass: {queue['error_mass_vnd'] / 1e9:,.1f} billion đồng in {queue['reports_with_mass']} reports")
    for name in ("first_flags", "first_reports"):
        part = queue[name]
        told = f"{part['share']:.3f} of it (no order could hold more than {part['best']:.3f})"
        print(f"{name:14} {part['n']} of {part['of']}: {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
