"""What a form says of its figures and its codes, judged when it is loaded: is each told once, and apart from every other?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ingestion.form_sheet import Column
from ingestion.form_words import FormError
from ingestion.written.codes import plain_code
from ingestion.written.text import folded


def check_figures(entry: Mapping[str, Any], columns: Sequence[Column], place: str) -> None:
    """Raise FormError for two columns that tell one figure, for a dimension said twice of one figure, and for codes that are read
    alike.
    """
    told: dict[tuple[object, ...], Column] = {}
    for column in columns:
        at = f"{place}: column {column.name}"
        if column.role == "figure":
            meant = (*column.meaning[2:-1], tuple(sorted(column.keys.items())))
            other = told.setdefault(meant, column)
            if other is not column:
                said = f"it tells the same figure as column {other.name}; keys or period must tell them apart."
                raise FormError.at(at, column.name, said)
        both = entry.get("keys", {}).keys() & column.keys.keys()
        if both:
            raise FormError.at(at, column.name, f"keys names {min(both)!r}, which the sheet's keys say of every line already.")
        if column.is_dimension and plain_code(column.name) != column.name:
            raise FormError.at(at, column.name, f"name is {column.name!r}; the name of a dimension is part of keys, as a code is.")
        check_apart(column.values, at)


def check_apart(codes: Iterable[str], place: str) -> None:
    """Raise FormError for codes that are read alike: case, marks and punctuation tell no typed code from another."""
    known: dict[str, str] = {}
    for code in codes:
        other = known.setdefault(folded(code), code)
        if other is not code or not folded(code):
            alike = f"is read as {other!r} is" if other is not code else "has no letter or digit"
            said = f"values has {code!r}, which {alike}; case, marks and punctuation tell no code from another."
            raise FormError.at(place, code, said)
