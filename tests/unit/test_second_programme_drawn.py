"""The second programme's reports hold its true figures but for what is planted, and its totals by hand are their sums."""

from __future__ import annotations

import csv
import zipfile
from collections import defaultdict

import openpyxl
import pytest

from samples.second_programme.draw import draw, read_rows

TRUTH, PLANTED, EXPECTED = read_rows("figures.yml"), read_rows("planted.yml"), read_rows("expected.yml")
NOT_SENT = {(row["quarter"], row["unit"]) for row in PLANTED if "form" not in row}
SCALED = {(row["quarter"], row["unit"]) for row in PLANTED if "factor" in row}
ACCOUNT = ("granted", "received", "own", "spent", "repaid", "cash")


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """{(quarter, unit, form): {sheet: rows of values}} read back from what was drawn."""
    folder = tmp_path_factory.mktemp("second-programme")
    read = {}
    for path in draw(folder):
        unit, name = path.split("/")
        form, _, _, quarter = name.removesuffix(".xlsx").split("-")
        book = openpyxl.load_workbook(folder / path)
        read[quarter, unit, form] = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(read)
    return read


def since_april(unit, kind, quarter):
    row = TRUTH["outlay"][unit][kind]
    return sum(row["Q1"]) + (sum(row["Q2"]) if quarter == "Q2" else 0)


def contributions():
    """(place in expected.yml, unit, amount), each true figure once."""
    for quarter, told in TRUTH["quarters"].items():
        for unit in TRUTH["boards"]:
            for kind, row in TRUTH["outlay"][unit].items():
                yield ("outlay", quarter, "plan", kind), unit, row["plan"]
                yield ("outlay", quarter, "since_april", kind), unit, since_april(unit, kind, quarter)
                yield ("outlay", quarter, "year_before", kind), unit, row["before"][quarter]
                for month, amount in zip(told["months"], row[quarter], strict=True):
                    yield ("outlay", quarter, month, kind), unit, amount
            for water, damages in TRUTH["repairs"][unit].items():
                for damage, numbers in damages.items():
                    for name, number in zip(("sites", "metres", "workers"), numbers[quarter], strict=True):
                        yield ("repairs", quarter, name, water, damage), unit, number
            for name, amount in zip(ACCOUNT, TRUTH["account"][unit][quarter]["money"], strict=True):
                yield ("account", quarter, name), unit, amount
            for row in (row for row in TRUTH["grants"][unit] if quarter in row):
                yield ("grants", quarter, "amount_by_kind", row["kind"]), unit, row["amount"]
                yield ("grants", quarter, "amount_by_status", row[quarter]), unit, row["amount"]
                yield ("grants", quarter, "count_by_status", row[quarter]), unit, 1


def leaves(rows, place=()):
    """{place: {truth, came, right}} of expected.yml."""
    if "truth" in rows:
        return {place: rows}
    return {key: leaf for name, inner in rows.items() for key, leaf in leaves(inner, (*place, name)).items()}


def test_totals_by_hand_are_the_sums_of_the_figures():
    sums = defaultdict(lambda: dict.fromkeys(("truth", "came", "right"), 0))
    for place, unit, amount in contributions():
        form, quarter = place[:2]
        came = (quarter, unit) not in NOT_SENT
        right = came and not (form == "outlay" and (quarter, unit) in SCALED)
        sums[place]["truth"] += amount
        sums[place]["came"] += amount * came
        sums[place]["right"] += amount * right
    by_hand = leaves(EXPECTED)
    assert sums.keys() <= by_hand.keys()
    for place, told in by_hand.items():
        assert told == {name: sums[place][name] for name in told}, place
        assert len(told) == {("Q1", False): 1, ("Q1", True): 1, ("Q2", False): 2, ("Q2", True): 3}[place[1], place[0] == "outlay"]


def test_the_true_figures_agree_with_each_other():
    for unit in TRUTH["boards"]:
        for quarter in TRUTH["quarters"]:
            granted, received, own, spent, repaid, cash = TRUTH["account"][unit][quarter]["money"]
            assert granted == sum(row["amount"] for row in TRUTH["grants"][unit] if quarter in row)
            assert received + own - spent + repaid == cash >= 0 >= repaid
            assert spent == sum(since_april(unit, kind, quarter) for kind in TRUTH["kinds_of_work"])
            told = TRUTH["account"][unit][quarter]
            assert ("closed_on" in told) is (told["state"] == "closed")
        for kind, row in TRUTH["outlay"][unit].items():
            assert since_april(unit, kind, "Q2") <= row["plan"]
        for row in TRUTH["grants"][unit]:
            assert ("finished_on" in row) is (row["Q2"] == "finished")
        for damages in TRUTH["repairs"][unit].values():
            for numbers in damages.values():
                assert all(first <= second for first, second in zip(numbers["Q1"][:2], numbers["Q2"][:2], strict=True))


def test_every_board_but_the_missing_one_sends_three_forms(reports):
    asked = {(quarter, unit) for quarter in TRUTH["quarters"] for unit in TRUTH["boards"]} - NOT_SENT
    assert reports.keys() == {(*who, form) for who in asked for form in ("outlay", "repairs", "account")}
    assert len(reports) == 33


def test_what_is_planted_is_written_and_nothing_else_is_wrong(reports):
    planted = [(row["quarter"], row["unit"], row["form"], cell) for row in PLANTED for cell in row.get("cells", [])]
    for quarter, unit, form, cell in planted:
        rows = reports[quarter, unit, form][cell["sheet"]]
        column, line = ord(cell["cell"][0]) - ord("A"), int(cell["cell"][1:]) - 1
        assert rows[line][column] == cell["written"]
        rows[line][column] = cell["truth"]
    for (quarter, unit, form), sheets in reports.items():
        times = 1000 if form == "outlay" and (quarter, unit) in SCALED else 1
        check = {"outlay": outlay_is_true, "repairs": repairs_are_true, "account": account_is_true}[form]
        check(sheets, quarter, unit, times)


def outlay_is_true(sheets, quarter, unit, times):
    *lines, total = sheets["Outlay"][7:]
    assert [line[0] for line in lines] == ["Bank repair", "Sea wall", "Dredging"]
    for kind, line in zip(TRUTH["kinds_of_work"], lines, strict=True):
        row = TRUTH["outlay"][unit][kind]
        true = [row["plan"], *row[quarter], since_april(unit, kind, quarter), row["before"][quarter]]
        assert line[1:] == [amount * times for amount in true]
    assert total[1:] == [sum(column) for column in zip(*(line[1:] for line in lines), strict=True)]
    assert sheets["Outlay"][3][0] == TRUTH["boards"][unit]


def repairs_are_true(sheets, quarter, unit, _times):
    rows = sheets["Repairs"]
    assert rows[0][0].startswith(f"Repairs of {TRUTH['boards'][unit]} for the quarter ended 30 ")
    heading = {row[0]: line for line, row in enumerate(rows) if str(row[0]).startswith("Water: ")}
    assert len(heading) == len(TRUTH["repairs"][unit])
    whole = [0, 0, 0]
    for water, damages in TRUTH["repairs"][unit].items():
        light, heavy, total = rows[heading[f"Water: {TRUTH['waters'][water]}"] + 1 :][:3]
        assert light == ["light", *damages["light"][quarter]]
        assert heavy == ["heavy", *damages["heavy"][quarter]]
        assert total[1:] == [a + b for a, b in zip(light[1:], heavy[1:], strict=True)]
        whole = [a + b for a, b in zip(whole, total[1:], strict=True)]
    assert [row[1:] for row in rows if row[0] == "All waters"] == [whole]


def account_is_true(sheets, quarter, unit, _times):
    told = TRUTH["account"][unit][quarter]
    cover = {row[0]: row[1] for row in sheets["Account"] if row[0]}
    assert [*cover.values()][-6:] == told["money"]
    assert (cover["State of the account"], cover["Sources"]) == (told["state"], told["sources"])
    assert (cover["Closed on"] and cover["Closed on"].date()) == told.get("closed_on")
    *lines, total = sheets["Grants"][3:]
    true = [row for row in TRUTH["grants"][unit] if quarter in row]
    assert [(line[0], line[2], line[5]) for line in lines] == [(row["grant"], row[quarter], row["amount"]) for row in true]
    assert total[5] == told["money"][0]


def test_drawing_again_gives_the_same_files(tmp_path):
    assert draw(tmp_path / "one") == draw(tmp_path / "two")
    for path in (tmp_path / "one").rglob("*.xlsx"):
        again = tmp_path / "two" / path.relative_to(tmp_path / "one")
        with zipfile.ZipFile(path) as one, zipfile.ZipFile(again) as two:
            assert {name: one.read(name) for name in one.namelist()} == {name: two.read(name) for name in two.namelist()}
