"""One night over a form with an area of labels beside its tables: every figure is explained to the cell that holds it."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from small_country import Country, at, money_report

from khuyencong.figures.difference import diff
from khuyencong.figures.explain import explain
from khuyencong.night.nightly import run_nightly
from warehouse.address import Warehouse, connect
from warehouse.migrate import migrate
from warehouse.settings import PROJECT

pytestmark = pytest.mark.long

NIGHT = "2025-04-28"
MOVED = ("counterpart_implemented", "other_implemented")
PLACE = "Ngoài ngân sách"


def with_area(text: str) -> str:
    """The money form with two of its columns as labels of an area on a sheet of their own."""
    form = yaml.safe_load(text)
    columns = form["sheets"][0]["columns"]
    area = [{key: value for key, value in column.items() if key != "group"} for column in columns if column["name"] in MOVED]
    form["sheets"][0]["columns"] = [column for column in columns if column["name"] not in MOVED]
    form["sheets"].append({"sheet_code": "outside", "sheet_name": PLACE, "shape": "key_values", "line_key": [], "columns": area})
    return yaml.safe_dump(form, allow_unicode=True)


def report(moment: str, *cells: tuple[str, object]) -> bytes:
    """A report of Long An, with some cells of the sheet that holds the area."""
    book = openpyxl.load_workbook(io.BytesIO(money_report("long-an", "Long An", "2025-03", {"A1": {"plan": 50}}, at(moment))))
    sheet = book.create_sheet(PLACE)
    for address, value in cells:
        sheet[address] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def night(cluster: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A connection after one night over two reports of one unit."""
    home = tmp_path_factory.mktemp("area")
    country = Country(home / "country")
    shutil.copytree(PROJECT / "ingestion" / "forms", home / "forms")
    form = home / "forms" / "kinh-phi.yml"
    form.write_text(with_area(form.read_text(encoding="utf-8")), encoding="utf-8")
    (country.rules / "kinh-phi.yml").unlink()  # its tree adds the columns that moved
    country.edit(
        "indicator_sources",
        lambda row: {**row, "sheet_code": "outside"} if row["indicator_code"] in ("KC-F01", "KC-F02") else row,
    )
    first, second = "2025-04-10T09:00", "2025-04-20T09:00"
    labels = (("B2", "Vốn đối ứng (tỷ đồng)"), ("B5", "Nguồn hợp pháp khác"))
    country.receive("long-an/a.xlsx", report(first, *labels, ("D2", 3), ("D5", 70)), at(first), "a@long-an.example")
    country.receive("long-an/b.xlsx", report(second, *labels, ("D2", "2,5"), ("D5", "bảy mươi")), at(second), "a@long-an.example")
    database = dataclasses.replace(cluster, dbname="khuyencong_area")
    admin = connect(cluster)
    admin.autocommit = True
    with contextlib.closing(admin), admin.cursor() as cursor:
        cursor.execute("create database khuyencong_area")
        try:
            migrate(database)
            settings = dataclasses.replace(country.settings(database.dsn), forms=Path(home / "forms"))
            run_nightly(settings, at(NIGHT), lambda: at(NIGHT))
            with contextlib.closing(connect(database)) as connection:
                yield connection
        finally:
            cursor.execute("drop database khuyencong_area with (force)")


def rows(connection: Any, query: str) -> list[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_a_figure_of_an_area_is_explained_to_its_own_cell(night: Any) -> None:
    said = explain(night, "2025-01..2025-03", "KC-F01")
    cell = next(part["cell"] for part in said["parts"] if part["unit_key"] == "long-an")
    assert (cell["sheet_name"], cell["cell_address"], cell["written"], cell["value"]) == (PLACE, "D2", "2,5", 2_500_000_000)


def test_every_figure_of_an_area_has_the_address_of_its_own_row(night: Any) -> None:
    found = rows(
        night,
        """select distinct column_name, row_number, cell_address, value from staging.stg_figure where sheet_code = 'outside'
        order by column_name, value""",
    )
    assert found == [
        ("counterpart_implemented", 2, "D2", 2_500_000_000), ("counterpart_implemented", 2, "D2", 3_000_000_000),
        ("other_implemented", 2, "D5", 70_000_000), ("other_implemented", 2, "D5", None),
    ]  # fmt: skip


def test_what_the_door_says_of_an_area_stands_at_the_cell(night: Any) -> None:
    found = rows(night, "select cell_address, message_en from raw.finding where sheet_code = 'outside' and found_by = 'door'")
    assert [address for address, _ in found] == ["D5"]
    assert "D5" in found[0][1]


def test_two_submissions_are_compared_cell_by_cell_at_their_addresses(night: Any) -> None:
    keys = [key for (key,) in rows(night, "select submission_key from raw.submission where form_code = 'kinh-phi' order by 1")]
    changed = [cell["cell"] for pair in diff(night, *map(str, keys))["pairs"] for cell in pair["cells"] if cell["sheet"] == PLACE]
    assert sorted(changed) == ["D2", "D5"]
