"""The rows of troubles.yml, each with the function that builds its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from field_troubles import cells, structure, table_rows, text_files, units
from field_troubles.base import Made

ROWS = Path(__file__).with_name("troubles.yml")
KINDS = {
    "A": "the unit of money, as people write it and where they put it",
    "B3": "what the workbook's XML says",
    "B4": "formulas, formats, characters, names, numbering and sub-total rows",
    "B5": "text files and containers",
    "B6": "rows missing, exchanged, repeated, shifted",
}
FATES = {
    "right": "right",
    "told": "told, with a true reason",
    "misleading": "a misleading reason",
    "silent": "wrong without a word",
    "stopped": "the night stopped",
}
WATCHED = ("money", "kcdp_t_disbursed", 0)


def rows() -> list[dict[str, Any]]:
    """Every trouble, in the order of the file."""
    found: list[dict[str, Any]] = yaml.safe_load(ROWS.read_text(encoding="utf-8"))
    return found


def builders() -> dict[str, Callable[[], Made]]:
    """Name → the function that makes the file; of all modules of this folder that build some."""
    return {
        name: each
        for module in (units, structure, cells, text_files, table_rows)
        for name, each in vars(module).items()
        if not name.startswith("_") and getattr(each, "__module__", "") == module.__name__
        and getattr(each, "__annotations__", {}).get("return") == "Made" and not getattr(each, "__defaults__", None)
        and each.__code__.co_argcount == 0
    }  # fmt: skip
