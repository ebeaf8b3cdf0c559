"""One night over part of the sample nation: what `kc explain` names, read again from the landed bytes, gives the figure."""

import contextlib
import random
from datetime import date, datetime
from decimal import Decimal
from functools import cache

import pytest
from openpyxl.utils.cell import coordinate_to_tuple
from python_calamine import CalamineWorkbook

from khuyencong.desk.status import status
from khuyencong.figures.explain import explain
from khuyencong.figures.rollup import UnknownChoice, rollup
from khuyencong.night.nightly import run_nightly
from khuyencong.release.release import open_release
from samples.nation import write_nation
from warehouse.address import connect
from warehouse.opening import discard_warehouse, open_warehouse
from warehouse.settings import TIMEZONE, Settings

FORMS = {"giao-ke-hoach", "tien-do", "kinh-phi"}
PERIODS = ("2025-01..2025-03", "2025-01..2025-06", "2025-01..2025-09", "2025-07..2025-09")
SEED, N_FIGURES = 20, 20


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    """(settings, connection, summary) after one night over the first three quarters of three forms."""
    home = tmp_path_factory.mktemp("nation")
    summary = write_nation(home / "inbox", seed=SEED, until=date(2025, 9, 30), forms=FORMS)
    settings = Settings(home=home / "home", database_url=None, inbox=home / "inbox")
    try:
        run_nightly(settings, summary.as_of, lambda: datetime.now(TIMEZONE))
        with contextlib.closing(connect(open_warehouse(settings))) as connection:
            yield settings, connection, summary
    finally:
        discard_warehouse(settings)


@cache
def sheet_of(path, sheet_name):
    """Rows of a landed workbook's sheet, from its first cell on, by a reader of its own."""
    return CalamineWorkbook.from_path(path).get_sheet_by_name(sheet_name).to_python(skip_empty_area=False)


def read_again(settings, cell):
    """The amount that the named cell of the landed file holds, in đồng."""
    row, column = coordinate_to_tuple(cell["cell_address"])
    held = sheet_of(settings.landing / cell["landing"], cell["sheet_name"])[row - 1][column - 1]
    if isinstance(held, str):
        text = held.strip()
        held = Decimal(text.replace(".", "").replace(",", ".")) if text not in ("", "-") else Decimal(0)
    amount = Decimal(str(held)) * cell["factor"]
    # an allocation decision writes what it takes away with or without a minus
    return -abs(amount) if cell["value"] < 0 else amount


def test_cells_read_again_give_the_accepted_figure_to_the_dong(nation):
    settings, connection, _ = nation
    money = [
        (period, row)
        for period in PERIODS
        for row in rollup(connection, period)["rows"]
        if row["additive"] and row["unit"] == "đồng" and row["accepted"]
    ]
    n_cells = 0
    for period, row in random.Random(SEED).sample(money, N_FIGURES):
        document = explain(
            connection, period, row["indicator_code"], fund=row["fund"], activity=row["activity"],
        )  # fmt: skip
        assert document["measure"] == row["measure"]
        total = Decimal(0)
        for part in document["parts"]:
            if part["figure_state"] in ("accepted", "carried"):
                total += part["sign"] * (read_again(settings, part["cell"]) + (part["correction"] or 0))
                n_cells += 1
        assert total == row["accepted"] == document["accepted"], (period, row)
    assert n_cells > N_FIGURES


def test_a_unit_and_a_region_are_explained_by_their_own_cells(nation):
    _, connection, _ = nation
    for by in ("unit", "region", "nation"):
        rows = rollup(connection, "2025-01..2025-09", indicator="KC-E05", by=by, total=("activity", "fund"))["rows"]
        for row in random.Random(SEED).sample(rows, min(5, len(rows))):
            document = explain(connection, "2025-01..2025-09", "KC-E05", unit=row["unit_key"])
            assert document["accepted"] == row["accepted"], row["unit_key"]


def test_a_held_figure_names_its_flag_and_cell(nation):
    _, connection, _ = nation
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select to_char(period_end, 'YYYY-MM'), indicator_code, fund_code, activity_code, unit_key
            from marts.mart_held_figures where measure = 'ytd' and indicator_code like 'KC-E%%' and flag_id <> ''
            order by 1, 2, 3, 4, 5 limit 1"""
        )
        period, indicator, fund, activity, unit = cursor.fetchone()
    document = explain(connection, period, indicator, fund=fund, activity=activity, unit=unit)
    disputed = [part for part in document["parts"] if part["state"] == "disputed"]
    assert disputed and all(part["low"] is not None for part in disputed)
    cells = [part["cell"] for part in disputed]
    assert any(cell["flags"] and cell["flags"][0]["explanation_vi"] for cell in cells)
    assert all(cell["sheet_name"] and cell["cell_address"] and len(cell["sha256"]) == 64 for cell in cells)
    assert all(cell["written"] for cell in cells)


def test_what_is_missing_names_the_report_that_is(nation):
    _, connection, _ = nation
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select unit_key, to_char(period_end, 'YYYY-MM') from release.report
            where form_code = 'kinh-phi' and state = 'missing' and is_owed order by 1, 2 limit 1"""
        )
        unit, period = cursor.fetchone()
    parts = explain(connection, period, "KC-E05", fund="KCDP-T", unit=unit)["parts"]
    missing = [part for part in parts if part["state"] == "missing" and not part["carried_into"]]
    assert missing and all(part["cell"] is None for part in missing)
    assert all(part["cause_reference"].startswith(f"kinh-phi|{unit}|") for part in missing)


def test_the_night_opens_one_release_and_the_same_night_again_none(nation):
    _, connection, summary = nation
    with connection, connection.cursor() as cursor:
        cursor.execute("select run_key, release_hash from release.run order by run_key desc limit 1")
        run_key, release_hash = cursor.fetchone()
    outcome = open_release(connection, run_key, summary.as_of)
    assert (outcome.opened, outcome.release_number, outcome.release_hash) == (False, 1, release_hash)


def test_status_tells_what_is_owed_late_returned_and_held(nation):
    _, connection, summary = nation
    document = status(connection, summary.as_of)
    assert not document["is_stale"] and document["last_good_run"]["release"] == 1
    by_form = {(row["form"], row["period_end"]): row for row in document["coverage"]}
    # nothing is owed before a unit exists: 63 provinces to June 2025, 34 after
    assert by_form[("kinh-phi", "2025-03-31")]["n_owed"] == 63
    assert by_form[("kinh-phi", "2025-09-30")]["n_owed"] == 34
    assert all(row["n_owed"] == row["n_reported"] + row["n_missing"] for row in document["coverage"])
    assert {row["form"] for row in document["late"] if row["state"] == "missing"} >= {"ket-qua"}
    assert all(row["days_late"] > 0 for row in document["late"])
    assert document["held"] and document["held"][0]["reason_vi"]
    later = status(connection, summary.as_of.replace(year=summary.as_of.year + 1))
    assert later["is_stale"] and later["late"][0]["days_late"] > 300


def test_what_does_not_exist_is_refused_with_a_sentence(nation):
    _, connection, _ = nation
    with pytest.raises(UnknownChoice, match="atlantis"):
        explain(connection, "2025-03", "KC-E05", unit="atlantis")
    with pytest.raises(UnknownChoice, match="budget years"):
        explain(connection, "2024-12..2025-03", "KC-E05")
    with pytest.raises(LookupError, match="release 99"):
        explain(connection, "2025-03", "KC-E05", release=99)
