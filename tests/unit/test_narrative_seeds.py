"""The five seeds: the figures read by hand stand in ../shared/seeds/figures.csv; the reader must find them."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.readers.narrative import NarrativeContext, read_narrative

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"
KEY = ("indicator_code", "measure", "period_start", "period_end", "fund")

pytestmark = pytest.mark.skipif(not SEEDS.exists(), reason=f"the seeds ({SEEDS}) are not on this machine")


def expected() -> list[dict]:
    with (SEEDS / "figures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def found(seed: str) -> list[dict]:
    result = read_narrative((SEEDS / seed).read_bytes(), seed, NarrativeContext())
    return [m.as_row() for m in result.figures]


def compare(wanted: list[dict], rows: list[dict]) -> list[tuple[dict, dict | None, list[str]]]:
    """Pair each wanted figure with the found one of equal value, unit and qualifier that differs least in its key."""
    free = list(rows)
    paired = []
    for want in wanted:
        fit = [r for r in free if r["value"] == Decimal(want["value"]) and r["unit"] == want["unit"]]
        fit = [r for r in fit if r["qualifier"] == want["qualifier"]]
        wrong = {id(r): [k for k in KEY if (r[k] or "") != want[k]] for r in fit}
        best = min(fit, key=lambda r: len(wrong[id(r)]), default=None)
        if best is not None:
            free.remove(best)
        paired.append((want, best, wrong[id(best)] if best is not None else ["not found"]))
    paired.extend((None, extra, ["extra"]) for extra in free)
    return paired


def test_the_seeds_are_read_as_by_hand(capsys):
    wanted = expected()
    values = keys = extras = units = 0
    lines = []
    for seed in sorted({w["seed"] for w in wanted}):
        rows = found(seed)
        must = [w for w in wanted if w["seed"] == seed and not w["optional"]]
        optional = [w for w in wanted if w["seed"] == seed and w["optional"]]
        for want, got, wrong in compare(must + optional, rows):
            if want is None:
                extras += 1
                lines.append(f"{seed[:3]} extra   {got['written']!r} {got['value']} {got['unit']}")
                continue
            if want["optional"]:
                continue
            values += got is not None
            keys += not wrong
            units += got is not None and got["unit_key"] == want["unit_key"]
            if wrong:
                shown = {k: (got[k], want[k]) for k in wrong if got}
                lines.append(f"{seed[:3]} {want['written']!r}: {wrong} {shown}")
    must_count = sum(not w["optional"] for w in wanted)
    with capsys.disabled():
        print(f"\nseeds: {values}/{must_count} values, {keys}/{must_count} keys, {units} units, {extras} extra")
        print("\n".join(lines))
    assert values >= 48
    assert keys >= 44
    assert extras <= 3
    assert units >= 48


def test_estimates_are_marked_as_in_the_list():
    for seed in sorted({w["seed"] for w in expected()}):
        rows = found(seed)
        marked = {str(r["value"]) for r in rows if r["is_estimated"]}
        wanted = {w["value"] for w in expected() if w["seed"] == seed and w["is_estimated"]}
        assert marked == wanted
