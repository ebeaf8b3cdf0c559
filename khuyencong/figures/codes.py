"""Codes of the dimensions that are a form's own: those of a release, and what is asked of them (--where sex=F, --by-code sex)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from khuyencong.figures.spans import UnknownChoice

if TYPE_CHECKING:
    from warehouse.connections import Connection


def codes_of(dimension_key: str) -> dict[str, str]:
    """The codes of a dimension_key by name: "age=15-24;sex=F" → {"age": "15-24", "sex": "F"}; empty for an empty key."""
    return {name: code for name, _, code in (part.partition("=") for part in dimension_key.split(";") if part)}


def check_codes(
    connection: Connection, release: int, where: Sequence[str], by_code: Sequence[str] = ()
) -> dict[str, str]:
    """`where` (NAME=CODE, an empty code for figures without one) as {name: code}, all of which must hold.

    Raises UnknownChoice for a name that no figure of the release has, a code that none has, a name that is asked twice, and for a
    name of `by_code` that no figure has or that `where` has fixed.
    """
    if not where and not by_code:
        return {}
    known = _known(connection, release)
    told = (
        "; ".join(f"{name} ({', '.join(sorted(codes))})" for name, codes in sorted(known.items()))
        or "no dimension of a form's own"
    )
    asked: dict[str, str] = {}
    for text in where:
        name, is_written, code = text.partition("=")
        if not is_written:
            raise UnknownChoice(f"'{text}' is no condition. Write --where NAME=CODE. Release {release} has: {told}.")
        if name in asked:
            raise UnknownChoice(f"'{name}' is asked twice. A figure has one code of a name: ask for one.")
        if name not in known or code and code not in known[name]:
            raise UnknownChoice(f"No figure has {text}. Release {release} has: {told}.")
        asked[name] = code
    for name in by_code:
        if name not in known:
            raise UnknownChoice(f"'{name}' is no dimension. Release {release} has: {told}.")
        if name in asked:
            raise UnknownChoice(
                f"'{name}' is one code already: ask for --where {name}={asked[name]} or for --by-code {name}."
            )
    return asked


def _known(connection: Connection, release: int) -> dict[str, set[str]]:
    """The dimensions of a release's figures with the codes that they have."""
    known: dict[str, set[str]] = defaultdict(set)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select distinct dimension_key from release.visible_contributions(%s) where dimension_key <> ''", (release,)
        )
        for (dimension_key,) in cursor:
            for name, code in codes_of(dimension_key).items():
                known[name].add(code)
    return known
