"""From workbooks to a release by `kc nightly`: idempotent, the same elsewhere and in any order, changed by one changed figure."""

import csv
import json
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import openpyxl
from nation_slice import AS_OF, UNITS

from khuyencong.clock.clock import now
from khuyencong.night.nightly import run_nightly
from khuyencong.night.stations import pull_source
from warehouse.address import connect
from warehouse.opening import discard_warehouse, open_warehouse
from warehouse.settings import Settings

HALF_A_MILLION = Decimal(500_000)


def ask(settings: Settings, sql: str, *values: object) -> list[tuple]:
    connection = connect(open_warehouse(settings))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    finally:
        connection.close()


def test_the_same_night_again_is_the_same_release(slice_installed) -> None:
    settings, first = slice_installed
    for is_rebuild in (False, True):
        again = run_nightly(settings, AS_OF, lambda: AS_OF, is_rebuild=is_rebuild)
        assert (again["release"], again["release_hash"]) == (first["release"], first["release_hash"])
    assert ask(settings, "select count(*) from release.release") == [(1,)]


def test_accepted_money_is_the_truth_to_the_printed_digit(slice_installed, slice_inbox) -> None:
    settings, _ = slice_installed
    true, cells = defaultdict(Decimal), defaultdict(int)
    with (slice_inbox / "truth" / "figures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            form = "tien-do" if row["fund_code"] == "KCQG" else "kinh-phi"
            if row["unit_key"] in UNITS and row["indicator_code"] == "KC-E05" and row["form_code"] == form:
                key = (row["unit_key"], row["period_end"], row["fund_code"])
                true[key] += Decimal(row["value"])
                cells[key] += 1
    accepted = {
        (unit, str(period_end), fund): value
        for unit, period_end, fund, value in ask(
            settings,
            """select unit_key, period_end, fund_code, sum(value) from release.contribution
            where indicator_code = 'KC-E05' and measure = 'ytd' and state = 'accepted' and value <> 0
                and closed_release is null group by 1, 2, 3""",
        )
    }
    assert len(true) > 40
    assert set(accepted) == {key for key, value in true.items() if value}
    for key, value in accepted.items():
        assert abs(value - true[key]) <= HALF_A_MILLION * cells[key], key


def test_a_predecessor_is_carried_into_a_successor_that_reports_since(slice_installed) -> None:
    settings, _ = slice_installed
    carried, own, before = ask(
        settings,
        """select
            sum(value) filter (where state = 'carried' and carried_into = 'tay-ninh-2025' and period_end = '2025-09-30'),
            sum(value) filter (where state = 'accepted' and unit_key = 'tay-ninh-2025' and period_end = '2025-09-30'),
            sum(value) filter (where unit_key in ('long-an', 'tay-ninh') and period_end = '2025-06-30'
                and state = 'accepted')
        from release.contribution
        where closed_release is null and indicator_code = 'KC-E05' and fund_code = 'KCDP-T' and measure = 'ytd'""",
    )[0]
    assert own is not None
    assert carried == before


def test_another_folder_and_another_order_of_reading_give_the_same_hash(slice_installed, slice_inbox, tmp_path) -> None:
    _, first = slice_installed
    settings = Settings(home=tmp_path / "another home", database_url=None, inbox=tmp_path / "in box")
    try:
        for unit in reversed(UNITS):  # each unit lands on its own, in another order than their files arrived
            shutil.copytree(slice_inbox / unit, settings.inbox / unit)
            shutil.copy(slice_inbox / "manifest.csv", settings.inbox / "manifest.csv")
            now(settings)  # as every entry point does before it works: the manifest makes this the home of a sample
            pull_source(settings, "samples", AS_OF)
        night = run_nightly(settings, AS_OF, lambda: AS_OF)
        assert night["stations"]["land"]["rows_out"] == 0
        assert night["release_hash"] == first["release_hash"]
    finally:
        discard_warehouse(settings)


def test_one_changed_figure_opens_a_release_that_differs_by_it(slice_installed, slice_inbox, tmp_path) -> None:
    settings, first = slice_installed
    before = dict(ask(settings, FIGURES))
    name, cell = change_one_figure(slice_inbox / "ha-noi" / "kinh-phi-2025-09.xlsx", tmp_path)
    target = slice_inbox / "ha-noi" / name.name
    shutil.copy(name, target)
    with (slice_inbox / "manifest.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([f"ha-noi/{name.name}", "2025-10-30T10:00:00+07:00", "bao-cao@ha-noi.example"])
    night = run_nightly(settings, AS_OF, lambda: AS_OF)
    after = dict(ask(settings, FIGURES))
    assert night["release"] == first["release"] + 1
    assert night["release_hash"] != first["release_hash"]
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert changed, cell
    assert all(key.startswith("ha-noi|") for key in changed)


FIGURES = """select concat_ws('|', unit_key, period_end, fund_code, activity_code, indicator_code, measure, project_key,
    line_reference, effective_from), json_build_array(state, value, low, high)::text
    from release.contribution where closed_release is null"""


def change_one_figure(path: Path, folder: Path) -> tuple[Path, str]:
    """A second version of a workbook with one more settled đồng figure: the first settled provincial amount, halved."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    header = next(
        (row, column)
        for row in range(1, 40)
        for column in range(1, sheet.max_column + 1)
        if str(sheet.cell(row, column).value).startswith("Khuyến công địa phương cấp tỉnh")
    )
    names = {str(sheet.cell(header[0] + 1, c).value).split(" (")[0]: c for c in range(header[1], header[1] + 7)}
    column = names["Hoàn trả ngân sách"]
    advanced = names["Đã tạm ứng"]
    row = next(r for r in range(header[0] + 2, sheet.max_row) if isinstance(sheet.cell(r, advanced).value, int | float))
    cell = sheet.cell(row, column)
    total = next(r for r in range(row, sheet.max_row + 1) if "cộng" in str(sheet.cell(r, 2).value or "").lower() or
                 "cộng" in str(sheet.cell(r, 1).value or "").lower())  # fmt: skip
    cell.value = (cell.value or 0) + 1
    sheet.cell(total, column).value = (sheet.cell(total, column).value or 0) + 1
    out = folder / "kinh-phi-2025-09-v2.xlsx"
    book.save(out)
    return out, json.dumps([cell.coordinate])
