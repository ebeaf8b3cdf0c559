"""Functions, views, triggers and row policies: a file each in `functions/<schema>/<name>.sql`, applied again when its text changes.

A file makes what it is named after, with its comments and grants. A trigger stands in the file of the function that it calls. What
stands on a changed definition is taken down with it and made again, in the same transaction (`warehouse/remaking.py`).
"""

from __future__ import annotations

import graphlib
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from warehouse.address import WarehouseError
from warehouse.connections import Connection

FUNCTIONS = Path(__file__).with_name("functions")
# Comments and texts may name anything.
SILENT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
QUALIFIED = re.compile(r"\b[a-z_]\w*\.[a-z_]\w*\b")


@dataclass(frozen=True)
class Definition:
    """One file: the qualified name of what it makes, its text, and the sha256 of that text."""

    name: str
    text: str
    checksum: str

    @property
    def place(self) -> str:
        """Where the file stands in the repository."""
        return f"warehouse/functions/{self.name.replace('.', '/')}.sql"


def read_definitions(folder: Path = FUNCTIONS) -> list[Definition]:
    """The definitions of a folder, by name."""
    texts = {f"{path.parent.name}.{path.stem}": path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/*.sql"))}
    return [Definition(name, text, hashlib.sha256(text.encode()).hexdigest()) for name, text in texts.items()]


def in_order(definitions: Iterable[Definition]) -> list[Definition]:
    """Each after those whose qualified names its text holds. Raises WarehouseError with the names of a circle."""
    known = {definition.name: definition for definition in definitions}
    reads = {
        name: known.keys() & set(QUALIFIED.findall(SILENT.sub(" ", definition.text))) - {name}
        for name, definition in known.items()
    }
    try:
        return [known[name] for name in graphlib.TopologicalSorter(reads).static_order()]
    except graphlib.CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise WarehouseError(
            f"Definitions of the warehouse need each other in a circle: {circle}. Take out one of these mentions in "
            "warehouse/functions; the warehouse is as it was."
        ) from error


def applied_definitions(connection: Connection) -> dict[str, str]:
    """Name → checksum of the definitions that stand in this database."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('public.definition') is not null")
        if cursor.fetchone() == (False,):
            return {}
        cursor.execute("select name, checksum from public.definition")
        return dict(cursor.fetchall())
