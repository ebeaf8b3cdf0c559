"""docs/house.md: the floors, each room with what it promises and which schemas it writes, and where five questions are answered."""

from __future__ import annotations

import ast
import configparser
import re
from pathlib import Path

from warehouse.settings import PROJECT

SCHEMAS = "raw|register|staging|checks|facts|release|review|outbox|marts"
WRITES = re.compile(rf"\b(?:insert into|update|delete from|truncate|copy)\s+(?:only )?({SCHEMAS})\.\w+", re.IGNORECASE)
# Packages whose folders are rooms, from the top floor down; dags/ is no package, dbt_project/ no Python.
HOUSES = ("kc", "bench", "khuyencong", "expectations", "samples", "ingestion", "warehouse")
# What a new engineer asks → (the file that answers, what to look for in it).
QUESTIONS = {
    "Where is % of plan computed?": ("warehouse/functions/release/rollup_spans.sql", "plan_pct"),
    "Which file decides what is held?": ("khuyencong/gate/sql/held_cells.sql", "may_be_held"),
    "Where does a printed “1.234,5 triệu” become a number?": ("ingestion/written/quantities.py", "number_readings"),
    "Who writes to schema `outbox`?": ("khuyencong/mail/outbox.py", "outbox.mail"),
    "What happens when a province sends a file twice?": ("ingestion/landing/receipts.py", "times_seen"),
}


def house_page() -> str:
    """The page, from .importlinter, the first sentence of each package and the statements that stand in it."""
    rooms = [(room, _sentence(room), _writes(room)) for house in HOUSES for room in _rooms(house)]
    floors = _floors()
    lines = [
        "# The house",
        "",
        "A room may import from the floors below it, never from above, never in a circle; rooms of one line never import each "
        "other. `make lint` checks it by `.importlinter`, imports inside functions included.",
        "",
        "```text",
        *floors,
        "```",
        "",
        "| room | what it promises | writes to |",
        "|---|---|---|",
        *(f"| `{room.replace('.', '/')}/` | {promise} | {', '.join(f'`{schema}`' for schema in writes) or '–'} |"
          for room, promise, writes in rooms),
        "",
        "What a new engineer asks, answered by path:",
        "",
        "| question | file |",
        "|---|---|",
        *(f"| {question} | [{path}](../{path}) |" for question, (path, _) in QUESTIONS.items()),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _floors() -> list[str]:
    """The layers of .importlinter as a picture, the top floor first; dags/ stands beside bench."""
    contracts = configparser.ConfigParser()
    contracts.read(PROJECT / ".importlinter", encoding="utf-8")
    inner = {
        section["containers"].strip(): _layers(section) for section in contracts.values() if section.get("containers")
    }
    picture = []
    for layer in _layers(contracts["importlinter:contract:floors"]):
        names = ["dags", *layer] if layer == ["bench"] else layer
        picture.append(f"{' | '.join(f'{name}/' for name in names)}")
        for name in layer:
            picture += [
                f"    {name + '/' if len(layer) > 1 else ''}{' | '.join(rooms)}" for rooms in inner.get(name, [])
            ]
    return picture


def _layers(section: configparser.SectionProxy) -> list[list[str]]:
    return [[name.strip() for name in line.split("|")] for line in section["layers"].strip().splitlines()]


def _rooms(house: str) -> list[str]:
    """A package and its rooms, which are the folders in it that are packages."""
    inside = sorted(path.parent.name for path in (PROJECT / house).glob("*/__init__.py"))
    return [house, *(f"{house}.{name}" for name in inside)]


def _folder(room: str) -> Path:
    return PROJECT / room.replace(".", "/")


def _sentence(room: str) -> str:
    """The first sentence of a package's docstring."""
    text = ast.get_docstring(ast.parse((_folder(room) / "__init__.py").read_text(encoding="utf-8"))) or ""
    return re.split(r"(?<=[.!?])\s", " ".join(text.split()), maxsplit=1)[0]


def _writes(room: str) -> list[str]:
    """The schemas that statements of a room write to; of a house only its own modules, not its rooms."""
    folder = _folder(room)
    deep = "." in room
    paths = [*folder.rglob("*.py"), *folder.rglob("*.sql")] if deep else list(folder.glob("*.py"))
    found: set[str] = set()
    for path in paths:
        found |= {match[1] for match in WRITES.finditer(path.read_text(encoding="utf-8"))}
    return sorted(found)
