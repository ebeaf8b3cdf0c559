"""The phrase rows point only at what the register holds, and no row is written twice."""

import csv
from collections import Counter
from pathlib import Path

REGISTER = Path(__file__).resolve().parents[2] / "dbt_project" / "register"
KINDS = {"fund", "reset", "name", "measure", "continue", "open_list", "stop", "national", "guest", "plan_ratio", "growth"}
MEASURES = {"", "ytd", "plan", "target", "prior_ytd", "in_period", "stock", "ratio"}


def rows(name: str) -> list[dict]:
    with (REGISTER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_phrases_name_known_indicators_funds_and_things():
    indicators = {r["indicator_code"] for r in rows("indicators")} | {""}
    funds = {r["fund_code"] for r in rows("funds")} | {""}
    things = {r["thing"] for r in rows("narrative_things")} | {"money", "percent", "rate"}
    for row in rows("narrative_phrases"):
        assert None not in row.values(), row
        assert row["indicator_code"] in indicators, row
        assert row["of_indicator"] in indicators, row
        assert row["fund_code"] in funds, row
        assert row["thing"] in things, row
        assert row["measure"] in MEASURES, row
        assert row["rank"].isdigit(), row


def test_cues_name_known_kinds_funds_and_measures():
    funds = {r["fund_code"] for r in rows("funds")}
    for row in rows("narrative_cues"):
        assert row["kind"] in KINDS, row
        assert row["kind"] != "fund" or row["value"] in funds, row
        assert row["kind"] != "measure" or row["value"] in MEASURES, row


def test_no_row_is_written_twice():
    for name, columns in (
        ("narrative_things", ("phrase",)),
        ("narrative_phrases", ("thing", "phrase", "fund_code", "of_indicator", "measure")),
        ("narrative_cues", ("kind", "phrase")),
    ):
        seen = Counter(tuple(r[c] for c in columns) for r in rows(name))
        assert [k for k, n in seen.items() if n > 1] == []
