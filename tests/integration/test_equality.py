"""The comparer of two versions notices what must not happen when code only moves, and nothing else."""

import json
from pathlib import Path

import psycopg2
import pytest
from equality import difference
from equality.command import Kc, digest_of
from equality.left_out import ALWAYS, RUNNING_CLOCK, LeftOut
from equality.relations import SCHEMAS, digests

LEFT_OUT = LeftOut({("probe.narrow", "amount"): "a moment"}, {"seconds": "how long it took"})
ROWS = ((1, "An Giang", 10.5), (2, "Bắc Ninh", 20), (3, "Cà Mau", None), (3, "Cà Mau", None))


@pytest.fixture
def table(database):
    """Makes the table probe.figure of some rows, and returns its digests."""

    def make(rows=ROWS, columns="key integer, name text, amount numeric", order=("key", "name", "amount")):
        with psycopg2.connect(database.dsn) as connection, connection.cursor() as cursor:
            cursor.execute(f"drop schema if exists probe cascade; create schema probe; create table probe.figure ({columns})")
            cursor.executemany(f"insert into probe.figure ({', '.join(order)}) values (%s, %s, %s)", rows)
            cursor.execute("create view probe.shown as select * from probe.figure")
            cursor.execute("create view probe.narrow as select * from probe.figure")
            cursor.execute("create materialized view probe.kept as select * from probe.figure")
        connection.close()
        return digests(database.dsn, LEFT_OUT, ["probe"])

    return make


def taken(folder: Path, tables: dict, documents: dict[str, str]) -> Path:
    return difference.write_take(folder, "nation", tables, documents, digest_of)


def test_order_of_rows_and_of_columns_is_no_difference(table):
    before = table()
    assert set(before) == {"probe.figure", "probe.shown", "probe.narrow", "probe.kept"}
    assert {each["rows"] for each in before.values()} == {4}
    assert table(ROWS[::-1], columns="amount numeric, key integer, name text") == before


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (((1, "An Giang", 10.6), *ROWS[1:]), {"amount"}),  # a value
        (((1, "An Giang ", 10.5), *ROWS[1:]), {"name"}),  # a blank
        ((*ROWS[:2], (3, "Cà Mau", 0), ROWS[3]), {"amount"}),  # nothing became nought
        (((1, "", 10.5), *ROWS[1:]), {"name"}),
        (((1, None, 10.5), *ROWS[1:]), {"name"}),
        (ROWS[:3], {"key", "name", "amount"}),  # one of two equal rows is lost
        ((*ROWS, ROWS[0]), {"key", "name", "amount"}),  # a row twice
        (((1, "An Giang", 20), (2, "Bắc Ninh", 10.5), *ROWS[2:]), set()),  # two values changed places
        (((1, "An Giang", 10.5), (2, "Bắc Ninh", 20), (3, "Cà Mau", None), (4, "Cà Mau", None)), {"key"}),
    ],
)
def test_a_difference_in_rows_is_noticed_in_table_and_views(table, tmp_path, capsys, rows, columns):
    before, after = table(), table(rows)
    for name in ("probe.figure", "probe.shown", "probe.kept"):
        assert after[name]["digest"] != before[name]["digest"]
        assert {column for column, digest in after[name]["columns"].items() if digest != before[name]["columns"][column]} == columns
    old, new = taken(tmp_path / "before", before, {}), taken(tmp_path / "after", after, {})
    assert difference.compare(old, new) == 1
    said = capsys.readouterr().out
    assert f"probe.figure: 4 rows before, {len(rows)} after" in said
    assert difference.compare(old, old) == 0


def test_the_empty_text_and_nothing_are_two_things(table):
    assert table(((1, "", 1),)) != table(((1, None, 1),))


def test_a_relation_that_comes_or_goes_is_a_difference_unless_it_is_expected(table):
    before = {"tables": table(), "documents": {}}
    after = {"tables": {name: each for name, each in before["tables"].items() if name != "probe.shown"}, "documents": {}}
    assert difference.differences(before, after) == ["probe.shown: only before, 4 rows"]
    assert difference.differences(after, before) == ["probe.shown: only after, 4 rows"]
    assert difference.differences(before, after, ["probe.shown"]) == []


def test_a_column_that_is_left_out_is_not_compared_and_no_other(table):
    before, after = table(), table(((1, "An Giang", 99), *ROWS[1:]))
    assert [name for name in before if before[name] != after[name]] == ["probe.figure", "probe.kept", "probe.shown"]
    assert "amount" not in before["probe.narrow"]["columns"]
    assert before["probe.narrow"] != table(((1, "An Giang.", 10.5), *ROWS[1:]))["probe.narrow"]


def test_rows_that_are_only_numbered_in_another_way_are_a_difference_that_says_so(table):
    columns = "number bigint generated always as identity, key integer, name text, amount numeric"
    before, after = table(columns=columns)["probe.figure"], table(ROWS[::-1], columns=columns)["probe.figure"]
    (said,) = difference.differences({"tables": {"t": before}, "documents": {}}, {"tables": {"t": after}, "documents": {}})
    assert said == "t: 4 rows before, 4 after; the same rows, numbered in another way"


def test_every_schema_of_the_warehouse_is_compared_and_every_column_left_out_is_there(database):
    """What dbt makes is not there before a night."""
    with psycopg2.connect(database.dsn) as connection, connection.cursor() as cursor:
        cursor.execute(
            """select table_schema || '.' || table_name, column_name from information_schema.columns
            where table_schema not in ('information_schema', 'pg_catalog')"""
        )
        there = set(cursor)
    connection.close()
    assert {name.split(".")[0] for name, _ in there} <= {*SCHEMAS, "public"}
    columns = (ALWAYS | RUNNING_CLOCK).columns
    assert len(columns) == len(ALWAYS.columns) + len(RUNNING_CLOCK.columns)
    assert [key for key in columns if key[0].split(".")[0] not in ("facts", "marts") and key not in there] == []


def test_a_changed_document_is_noticed_and_shown(tmp_path, capsys):
    document = {"as_of": "2025-06-30", "rows": [{"unit": "Hà Nội", "accepted": 12}], "seconds": 3.5}
    kept = []
    for rows in (document["rows"], [{"unit": "Hà Nội", "accepted": 13}]):
        kc = Kc(tmp_path / "tree", tmp_path / "home")
        kc.keep("rollup --json", json.dumps(document | {"rows": rows}))
        kept.append(taken(tmp_path / str(len(kept)), {}, kc.documents))
    assert difference.compare(*kept) == 1
    said = capsys.readouterr().out
    assert "kc rollup --json" in said and "1 different" in said
    assert '-   "accepted": 12,' in said and '+   "accepted": 13,' in said
    assert difference.compare(kept[0], kept[0]) == 0


def test_only_left_out_keys_and_places_of_the_machine_are_taken_from_a_document(tmp_path):
    def kept(home, **changes):
        kc = Kc(tmp_path / "tree", tmp_path / home, left_out=LEFT_OUT)
        printed = {"file": str(tmp_path / home / "a.xlsx"), "stations": {"pull": {"seconds": 1.5, "rows_in": 2}}, "order": [1, 2]}
        kc.keep("read", json.dumps(printed | changes), "exit 0")
        return kc.documents["read"]

    assert kept("here") == kept("there", stations={"pull": {"rows_in": 2, "seconds": 9}})
    assert kept("here") != kept("here", stations={"pull": {"rows_in": 3, "seconds": 1.5}})
    assert kept("here") != kept("here", stations={"pull": {"rows_in": 2}})
    assert kept("here") != kept("here", order=[2, 1])
    assert kept("here") != kept("here", file="a.xlsx")
