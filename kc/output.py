"""What the command line prints: tables for people, one JSON document for programs, errors on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


class Refused(Exception):
    """A command that cannot go on, with its exit code: 2 wrong usage, 3 a file was returned or refused, 1 our failure."""

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def plain(value: object) -> int | float | str:
    """A value as JSON knows it: exact decimals become integers where they are whole, else floats; times become ISO text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_json(document: object) -> None:
    """One JSON document on standard output and nothing else."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=plain)
    sys.stdout.write("\n")


def say_error(sentence: str) -> None:
    """A sentence for people, on standard error."""
    print(sentence, file=sys.stderr)


def number(value: object) -> str:
    """A number in the Vietnamese way: 1.234.567,5; nothing for None."""
    if value is None:
        return ""
    text = f"{Decimal(str(value)).normalize():,f}"
    return text.translate(str.maketrans(",.", ".,"))


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    numeric: Iterable[int] = (),
    width: int | None = None,
) -> None:
    """A table for people. Cells are printed as given; columns named in `numeric` are set right; `width` in characters."""
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False)
    right = set(numeric)
    for position, column in enumerate(columns):
        table.add_column(column, justify="right" if position in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console(width).print(table)


def console(width: int | None = None) -> Console:
    """A rich console of a width in characters; by default a terminal's own, and wide enough for tables when the output is piped."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else width or 160, highlight=False)
