"""The statements in the folders `sql` of the rooms: each is asked for by its room, and is one that psycopg2 can fill in."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from warehouse.settings import PROJECT

ROOMS = sorted({path.parent.parent for top in ("khuyencong", "ingestion", "expectations", "warehouse", "bench") for path in
                (PROJECT / top).rglob("sql/*.sql")})  # fmt: skip
STATEMENTS = [path for room in ROOMS for path in sorted((room / "sql").glob("*.sql"))]


def texts_of(room: Path) -> set[str]:
    """Every string that stands in the modules of a room."""
    nodes = (node for module in room.glob("*.py") for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def asked_for(room: Path) -> set[str]:
    """The names with which the modules of a room call read_statement, where they are written out."""
    calls = (
        node
        for module in room.glob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "read_statement"
    )
    return {call.args[1].value for call in calls if isinstance(call.args[1], ast.Constant)}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_asks_for_its_statements_and_for_no_other(room):
    there = {path.stem for path in (room / "sql").glob("*.sql")}
    assert asked_for(room) <= there
    assert there <= texts_of(room), "a statement that nobody asks for"


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_statement_says_what_it_gives_and_can_be_filled_in(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- ")
    marks = re.sub(r"%\(\w+\)s", "", text)
    if marks != text:  # psycopg2 fills it in, and would take a lone percent sign for a parameter
        assert "%" not in marks.replace("%%", "")
