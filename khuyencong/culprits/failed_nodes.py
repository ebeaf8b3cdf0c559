"""Whose rows make a night fail. Of a model or a test of dbt it is found by leaving submissions out of what it reads, until it no
longer fails.

Nothing is written. The compiled query of the node is asked again, each relation that knows of submissions in brackets with some of
them left out; the smallest set that has to go is named, the newest before the older.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg2

from warehouse.address import Warehouse, connect
from warehouse.rows import single_value

if TYPE_CHECKING:
    from warehouse.connections import Connection


MOST_SECONDS = 240  # for all questions of one failed node; a night that failed waits no longer for a name
MOST_NAMED = 5
# Column of a relation that says of which submission a row is → the expression of raw.submission that it holds.
TELLS = {
    "submission_key": "submission_key",
    "cause_reference": "sha256",
    "sha256": "sha256",
    "sha256_in_force": "sha256",
}


@dataclass(frozen=True)
class FailedNode:
    """A node as dbt compiled it: its query, whether its rows are failures (a test), and the relations that it reads."""

    name: str
    is_test: bool
    query: str
    relations: tuple[str, ...]


class SubmissionFailure(RuntimeError):
    """A station failed over one submission; the message names it and says what to do."""


@contextlib.contextmanager
def naming_submission(submission_key: int, what: str) -> Iterator[None]:
    """Whatever goes wrong inside becomes a SubmissionFailure with the submission's number."""
    try:
        yield
    except Exception as error:
        way_out = f"`kc withdraw {submission_key} --reason …` takes it out, then run the night again."
        raise SubmissionFailure(
            f"{what} fails for submission {submission_key} ({type(error).__name__}: {error}); {way_out}"
        ) from error


def name_submissions(warehouse: Warehouse, nodes: Sequence[FailedNode]) -> str:
    """A sentence with the submissions whose rows make the first of these nodes fail, and what to do; empty when it is nobody's."""
    for node in nodes:
        with contextlib.closing(connect(warehouse)) as connection:
            connection.set_session(readonly=True)
            keys = submissions_behind(connection, node)
            if keys and len(keys) <= MOST_NAMED:
                return _sentence(connection, node, keys)
    return ""


def submissions_behind(connection: Connection, node: FailedNode) -> list[int]:
    """The fewest submissions without which a node does not fail, newest first; none when it fails without any, or for too long."""
    columns = _telling_columns(connection, node.relations)
    if not columns:
        return []
    ends = time.monotonic() + MOST_SECONDS
    with connection, connection.cursor() as cursor:
        cursor.execute("select submission_key, sha256 from raw.submission order by submission_key desc")
        known = dict(cursor.fetchall())

    def is_cured(left_out: Sequence[int]) -> bool:
        return not _fails(connection, node, columns, left_out, [known[key] for key in left_out], ends)

    try:
        everything = list(known)
        if is_cured([]) or not is_cured(everything):
            return []
        return fewest(everything, is_cured)
    except TimeoutError:
        return []


def fewest(candidates: list[int], is_cured: Callable[[Sequence[int]], bool], removed: Sequence[int] = ()) -> list[int]:
    """The fewest of the candidates that have to be removed for a cure; those that stand first are preferred.

    Halves are tried in turn, so that a question is asked about twice the logarithm of their number for each one found. All of them
    together are known to cure.
    """
    if is_cured(removed):
        return []
    if len(candidates) == 1:
        return candidates
    half = len(candidates) // 2
    first, second = candidates[:half], candidates[half:]
    of_second = fewest(second, is_cured, [*removed, *first])
    return [*fewest(first, is_cured, [*removed, *of_second]), *of_second]


def _telling_columns(connection: Connection, relations: Sequence[str]) -> dict[str, str]:
    """Relation → its column that says of which submission a row is; relations without one are left whole."""
    found = {}
    with connection, connection.cursor() as cursor:
        for relation in relations:
            cursor.execute(
                "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
                (relation,),
            )
            there = {name for (name,) in cursor}
            column = next((name for name in TELLS if name in there), None)
            if column:
                found[relation] = column
    return found


def _fails(
    connection: Connection, node: FailedNode, columns: dict[str, str], keys: Sequence[int], hashes: Sequence[str], ends: float
) -> bool:
    query = node.query.replace("%", "%%")
    for relation, column in columns.items():
        gone = "%(keys)s" if TELLS[column] == "submission_key" else "%(hashes)s"
        kept = f"(select * from {relation} where {column} is null or {column} <> all ({gone}))"
        query = query.replace(relation, kept)
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(f"set local statement_timeout = {int(left * 1000)}")
            # Every column is asked for: an expression that fails is only computed when somebody wants it.
            cursor.execute(
                f"select count(asked.*), max(length(asked::text)) from (\n{query}\n) as asked",
                {"keys": list(keys), "hashes": list(hashes)},
            )
            n_rows = single_value(cursor)
            return node.is_test and n_rows > 0
    except psycopg2.errors.QueryCanceled as error:
        raise TimeoutError from error
    except psycopg2.Error:
        return True


def _sentence(connection: Connection, node: FailedNode, keys: Sequence[int]) -> str:
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select submission_key, form_code, unit_key, to_char(period_end, 'MM/YYYY') from raw.submission
            where submission_key = any (%s) order by submission_key desc""",
            (list(keys),),
        )
        named = [f"submission {key} ({form}, {unit}, {period})" for key, form, unit, period in cursor]
    what = f"kc withdraw {keys[0]} --reason …"
    return f" {node.name} fails for the rows of {', '.join(named)}; `{what}` takes it out, then run the night again."
