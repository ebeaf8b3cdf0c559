"""A nation of six units, every number of every mart and of `kc rollup` on three maps against numbers worked out by hand.

Why beside the sample nation: a clean nation shows no hold, bound, revision or missing report. Here are a merger in mid-year, held
figures of which one is waived, one above its plan is waived, one is corrected and one stays, a report that came late, one that was
revised, one under review, one returned, two missing and a nil one, an estimate, a plan taken back, one left blank, a month made
final and corrected after it, and letters.

What was sent stands in six_units/sent.yml. Each table beside it has the numbers, and in comments how they follow from what was
sent: by the data contract (DESIGN.md, decisions 0030 to 0033 and 0050), without looking at what the warehouse makes of it. Where
both differ, one of them is wrong, and the comment says which number to check with a pencil.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg2.extras
import pytest
import six_units
from six_tables import COLUMNS, ROLLUP, Row, differences, in_dong, read_rollup, read_table
from typer.testing import CliRunner

from kc import app
from khuyencong.figures.rollup import rollup
from warehouse.address import connect

HERE = six_units.HERE
MONTHS = ("2024-09", "2025-06", "2025-09")
ROLLUP_KEY = ("fund", "activity", "indicator_code", "measure", "unit_key")
MART_LEVELS = {"unit": "mart_unit_rollup", "region": "mart_regional_rollup", "nation": "mart_national_rollup"}
BRIDGE_KEY = ("release_number", "month", "fund_code", "activity_code", "indicator_code", "measure", "unit_key", "reason")
HELD_KEY = ("month", "form_code", "unit_key", "fund_code", "activity_code", "indicator_code", "measure", "rule_id")
# mart: (its table of numbers, the columns of its key)
OTHER_MARTS = {
    "mart_coverage": ("coverage", ("month", "form_code", "group_key")),
    "mart_reporting": ("reporting", ("month", "form_code", "unit_key")),
    "mart_held_figures": ("held", HELD_KEY),
    "mart_release": ("release", ("release_number", "reason")),
    "mart_release_bridge": ("bridge", BRIDGE_KEY),
    "mart_night": ("night", ("run_key", "state")),
}
# What no number is worked out for: keys (budget_year is the year of the month) and how long a night took.
KEYS_AND_RUN_TIMES = {"budget_year", "release_number", "final_release", "run_key", "seconds"}


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory, named_database: Any) -> Iterator[tuple[Any, Any]]:
    """Settings and a connection of the nation after its three nights."""
    country = six_units.found(tmp_path_factory.mktemp("six") / "country")
    warehouse = named_database("khuyencong_six_units")
    settings = country.settings(warehouse.dsn)
    assert [night["release"] for night in six_units.live(country, settings)] == [1, 2, 3]
    with contextlib.closing(connect(warehouse)) as connection:
        yield settings, connection


def shown(connection: Any, mart: str) -> list[Row]:
    """The rows of a mart, dates as text, and `month` where it has a period."""
    with connection, connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute(f"select * from marts.{mart}")
        rows = [dict(row) for row in cursor]
    for row in rows:
        if "period_end" in row:
            row["month"] = f"{row['period_end']:%Y-%m}"
            assert row.get("budget_year", row["period_end"].year) == row["period_end"].year
        if "due_date" in row:
            row["due_date"] = row["due_date"].isoformat()
    return rows


def by_key(rows: list[Row], columns: tuple[str, ...], *first: str) -> dict[tuple[str, ...], Row]:
    keyed = {(*first, *(str(row[column]) for column in columns)): row for row in rows}
    assert len(keyed) == len(rows)
    return keyed


def agree(worked_out: dict[tuple[str, ...], Row], rows: dict[tuple[str, ...], Row]) -> None:
    found = differences(worked_out, rows)
    assert not found, "\n".join([f"{len(found)} different", *found])


def test_the_roll_up_marts_show_the_numbers_worked_out(nation: tuple[Any, Any]) -> None:
    key = ("month", "fund_code", "activity_code", "indicator_code", "measure", "unit_key")
    rows: dict[tuple[str, ...], Row] = {}
    for level, mart in MART_LEVELS.items():
        rows |= by_key(shown(nation[1], mart), key, level)
    agree(read_rollup(HERE / "rollup.txt"), rows)
    assert {(key[1], row["release_number"], row["is_final"]) for key, row in rows.items()} == {
        ("2024-09", 1, True), ("2025-06", 3, False), ("2025-09", 3, False),
    }  # fmt: skip


@pytest.mark.parametrize("mart", OTHER_MARTS)
def test_the_other_marts_show_the_numbers_worked_out(nation: tuple[Any, Any], mart: str) -> None:
    table, key = OTHER_MARTS[mart]
    worked_out = read_table(HERE / f"{table}.txt", len(key), COLUMNS[table])
    if "indicator_code" in key:
        worked_out = in_dong(worked_out, key.index("indicator_code"))
    agree(worked_out, by_key(shown(nation[1], mart), key))


@pytest.mark.parametrize("geography", ["as-reported", "2025-06-30", "2025-07-01"])
def test_kc_rollup_shows_the_numbers_worked_out_on_each_map(nation: tuple[Any, Any], geography: str) -> None:
    worked_out = six_units.on_maps(read_rollup(HERE / "rollup.txt"), read_rollup(HERE / "maps.txt"))[geography]
    rows: dict[tuple[str, ...], Row] = {}
    for level in MART_LEVELS:
        for month in MONTHS:
            document = rollup(nation[1], month, geography=geography, by=level)
            assert (document["release"], document["geography"]) == (3, geography)
            rows |= by_key(document["rows"], ROLLUP_KEY, level, month)
    agree(worked_out, rows)


def test_kc_rollup_shows_what_came_after_a_month_was_final(nation: tuple[Any, Any]) -> None:
    worked_out = in_dong(read_table(HERE / "after_final.txt", 6, COLUMNS["after_final"]), 3)
    for level in MART_LEVELS:
        for key, row in by_key(rollup(nation[1], "2024-09", by=level)["rows"], ROLLUP_KEY, level).items():
            nothing = {name: None if row["accepted"] is None else Decimal(0) for name in COLUMNS["after_final"]}
            agree({key: worked_out.pop(key, nothing)}, {key: row})
    assert not worked_out
    open_rows = [row for month in MONTHS[1:] for row in rollup(nation[1], month, by="unit")["rows"]]
    assert {row[name] for row in open_rows for name in (*COLUMNS["after_final"], "final_release")} == {None}
    changed = [row for row in shown(nation[1], "mart_release_bridge") if row["is_after_final"]]
    assert [(row["unit_key"], row["month"], row["accepted_change"]) for row in changed] == [("ha-noi", "2024-09", 6_000_000)]


def test_kc_rollup_shows_the_totals_worked_out(nation: tuple[Any, Any]) -> None:
    rows = rollup(nation[1], "2025-09", by="nation", total=("activity",))["rows"]
    rows += rollup(nation[1], "2025-09", indicator="KC-E05", by="nation", total=("fund", "activity"))["rows"]
    agree(read_rollup(HERE / "totals.txt"), by_key(rows, ROLLUP_KEY, "nation", "2025-09"))


def test_kc_rollup_shows_what_was_asked_for(nation: tuple[Any, Any]) -> None:
    """An option chooses among the rows and changes none; a plan is of its whole year, others of the months asked for."""
    for level in MART_LEVELS:
        every = rollup(nation[1], "2025-09", by=level)["rows"]
        for option, column in (("fund", "fund"), ("activity", "activity"), ("indicator", "indicator_code")):
            for asked in {row[column] for row in every}:
                chosen = rollup(nation[1], "2025-09", by=level, **{option: asked})["rows"]
                assert chosen == [row for row in every if row[column] == asked]
        for row in every:
            end = "2025-12-31" if row["measure"] == "plan" else "2025-09-30"
            assert (row["budget_year"], row["period_start"], row["period_end"]) == (2025, "2025-01-01", end)


def test_kc_rollup_shows_the_months_since_june_worked_out(nation: tuple[Any, Any]) -> None:
    span = "2025-07..2025-09"
    rows: dict[tuple[str, ...], Row] = {}
    for level in MART_LEVELS:
        document = rollup(nation[1], span, fund="KCDP-T", indicator="KC-E05", by=level)
        rows |= by_key(document["rows"], ROLLUP_KEY, level, span)
    agree(read_rollup(HERE / "spans.txt"), rows)


def test_kc_rollup_json_prints_what_is_compared(nation: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The command prints the document that the test above looks at, and no number more than those worked out."""
    settings, connection = nation
    monkeypatch.setenv("KC_HOME", str(settings.home))
    monkeypatch.setenv("KC_DATABASE_URL", settings.database_url)
    printed = CliRunner().invoke(app, ["rollup", "--period", "2025-09", "--by", "unit", "--json"])
    assert printed.exit_code == 0, printed.output
    rows = json.loads(printed.stdout)["rows"]
    assert rows == rollup(connection, "2025-09", by="unit")["rows"]
    rows += rollup(connection, "2024-09", by="unit")["rows"]
    numbers = {name for row in rows for name, value in row.items() if isinstance(value, int | float)}
    assert numbers - {"additive", "is_final"} <= {*ROLLUP, *COLUMNS["after_final"], *KEYS_AND_RUN_TIMES}


def test_every_numeric_column_of_every_mart_has_its_numbers(nation: tuple[Any, Any]) -> None:
    compared = {mart: set(ROLLUP) for mart in MART_LEVELS.values()} | {
        mart: {*COLUMNS[table], *key} for mart, (table, key) in OTHER_MARTS.items()
    }
    with nation[1] as connection, connection.cursor() as cursor:
        cursor.execute(
            """select table_name, column_name from information_schema.columns
            where table_schema = 'marts'
                and data_type in ('smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision')"""
        )
        numeric = list(cursor)
    assert {mart for mart, _ in numeric} == compared.keys()
    assert [
        (mart, column) for mart, column in numeric if column not in compared[mart] and column not in KEYS_AND_RUN_TIMES
    ] == []


def test_each_case_of_the_story_is_there() -> None:
    """Were a case taken out of the story, its column of numbers would be nought everywhere and prove nothing."""
    rollup_rows = read_rollup(HERE / "rollup.txt").values()
    for column in (*ROLLUP[:-2], "n_nil", "n_estimated", "n_under_review", "n_returned", "n_unbounded"):
        assert any(row[column] not in (None, 0, Decimal(0)) for row in rollup_rows), column
    assert {row["ratio_mark"] for row in rollup_rows} == {"", "above-plan", "above-plan,plan-open", "growth"}
    assert {row["status"] for row in rollup_rows} == {"accepted", "disputed", "missing"}
    reporting = read_table(HERE / "reporting.txt", 3, COLUMNS["reporting"]).values()
    for column in COLUMNS["reporting"][3:]:
        assert any(row[column] for row in reporting), column
    assert {row["state"] for row in reporting} == {"in_force", "missing", "nil", "returned"}
