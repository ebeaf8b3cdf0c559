"""The ten drawn returns hold the figures that were written down by hand for them, each in its cell, and no number besides."""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import date, datetime
from itertools import chain

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries
from ten_shapes.draw import draw
from ten_shapes.figures import HERE, SHAPES, expected, figures

SMALL = 30_000
# A number as these returns write one as text: 1 600, (1 600), -3 000, 120000,00, 0001, and a dash.
NUMBER = re.compile(r"\(?-?\d[\d ]*([.,]\d+)?\)?|-")


def cells_of(shape):
    """{(sheet, cell): value} of what is written in a return; in a text file the sheet is the file."""
    told = expected(shape)
    path = HERE / shape / told["file"]
    if "delimiter" in told:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter=told["delimiter"]))
        return {
            (path.name, f"{get_column_letter(column)}{row}"): text
            for row, texts in enumerate(rows, start=1)
            for column, text in enumerate(texts, start=1)
            if text
        }
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for cell in chain.from_iterable(sheet.iter_rows())
        if cell.value is not None
    }


def in_areas(rows):
    """The (sheet, cell) of areas such as C21:H21."""
    return [
        (row["sheet"], f"{get_column_letter(column)}{line}")
        for row in rows
        for area in row["cells"]
        for left, top, right, bottom in [range_boundaries(area)]
        for column in range(left, right + 1)
        for line in range(top, bottom + 1)
    ]


def is_number(value):
    if isinstance(value, str):
        return NUMBER.fullmatch(value) is not None
    return not isinstance(value, date | datetime)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_figure_stands_in_its_cell(shape):
    written = cells_of(shape)
    for figure in figures(shape):
        in_cell = written[figure.sheet, figure.cell]
        assert in_cell == (figure.value if figure.written is None else figure.written), figure


@pytest.mark.parametrize("shape", SHAPES)
def test_each_number_is_a_figure_or_is_said_to_be_none(shape):
    told = expected(shape)
    numbers = sorted(place for place, value in cells_of(shape).items() if is_number(value))
    figure_cells = [(figure.sheet, figure.cell) for figure in figures(shape)]
    none = [place for place in in_areas(told["not_figures"]) if place in numbers]
    assert sorted([*figure_cells, *none]) == numbers


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_said_to_be_blank_holds_no_number(shape):
    written = cells_of(shape)
    assert not [place for place in in_areas(expected(shape)["blank"]) if written.get(place) not in (None, "…")]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_count_is_the_count_by_hand(shape):
    said = re.search(rf"^\| `{shape}` .*\| (\d+) \|$", (HERE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert said is not None
    assert len(figures(shape)) == expected(shape)["counted"] == int(said[1])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_figure_has_one_key(shape):
    keys = [(figure.quantity, figure.codes, figure.period) for figure in figures(shape)]
    assert len(keys) == len({*keys})
    for figure in figures(shape):
        start, end = figure.period
        assert start < end


@pytest.mark.parametrize("shape", SHAPES)
def test_identity_stands_where_it_is_said_to(shape):
    told = expected(shape)
    texts = [*(text for text in cells_of(shape).values() if isinstance(text, str)), *(sheet for sheet, _ in cells_of(shape))]
    said = "\n".join([*texts, told["file"]])
    for name in ("unit", "sender", "money_unit"):
        field = told["identity"][name]
        assert (field["value"] in said) is not field["stands"].startswith("nowhere"), (name, field)


def test_what_breaks_a_rule_is_written_there():
    broken = [(shape, row) for shape in SHAPES for rule in expected(shape)["rules"] for row in rule["breaks"]]
    assert len(broken) == 9
    for shape, row in broken:
        (sheet,) = {table["sheet"] for table in expected(shape)["tables"]}
        assert cells_of(shape).get((sheet, row["cell"])) == row["written"]


def test_a_value_is_what_its_text_says():
    """The numbers beside texts, recomputed: digits with their sign, and hundredths after a mark."""
    texts = [figure for shape in SHAPES for figure in figures(shape) if figure.written is not None]
    assert len(texts) > 30
    for figure in texts:
        whole, _, part = figure.written.replace(",", ".").strip("()-").replace(" ", "").partition(".")
        size = int(whole or 0) + (int(part) / 10 ** len(part) if part else 0)
        assert figure.value == (-size if figure.written.startswith(("(", "-")) else size), figure


def test_drawing_again_gives_the_same_files(tmp_path):
    draw(tmp_path)
    for shape in SHAPES:
        name = f"{shape}/{expected(shape)['file']}"
        drawn, kept = tmp_path / name, HERE / name
        assert kept.stat().st_size < SMALL
        if kept.suffix == ".xlsx":
            assert members(drawn) == members(kept)
        else:
            assert drawn.read_bytes() == kept.read_bytes()
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.as_posix() for path in made} == {f"{shape}/{expected(shape)['file']}" for shape in SHAPES}


def members(path):
    """What a workbook holds, however it was compressed."""
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}
