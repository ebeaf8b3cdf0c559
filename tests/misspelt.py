"""Every leaf of a document, misspelt one at a time: what somebody types who means another word than the one that stands there."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, leaf) of each text, number, flag and day in mappings and lists."""
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, key))
    else:
        yield path, node


def misspellings(leaf: Any) -> list[Any]:
    """What may stand there instead by a slip: a letter more, one less, two changed about, the other case; no number, no day."""
    if isinstance(leaf, bool):
        return ["flase", "có", 1]
    if isinstance(leaf, int | float):
        return [f"{leaf}x", f"{leaf}", [leaf]]
    if isinstance(leaf, datetime.date):
        return [f"{leaf}x", leaf.year, f"{leaf:%d/%m/%Y}"]
    text = str(leaf)
    made = [text + "x", text[:-1], text[1::-1] + text[2:], text.swapcase(), [text]]
    return [each for n, each in enumerate(made) if each and each != text and each not in made[:n]]


def replaced(document: Any, path: Path, value: Any) -> Any:
    """A copy of the document with another leaf at the path."""
    changed = copy.deepcopy(document)
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return changed


def names_of(path: Path) -> tuple[str, ...]:
    """A path without its numbers: sheets, columns, name."""
    return tuple(each for each in path if isinstance(each, str))
