"""Takes definitions down with all that stands on them, and makes all of it again: dbt's views too, with owner, grants and comments.

What stands on a definition is read from PostgreSQL's catalogue. `create or replace` would not do: it cannot change a signature.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import psycopg2
from psycopg2.extras import execute_values

from warehouse.address import WarehouseError
from warehouse.connections import Cursor
from warehouse.definitions import Definition
from warehouse.settings import PROJECT
from warehouse.statements import read_statement

# Whose rights on a definition stand in its file; what anybody else was granted is granted again.
ROLES = ["loader", "transformer", "reviewer", "bi_reader", "answer_carrier"]
# A model of these that cannot be made again, because what it read is gone, is left out: dbt makes it anew in the next night.
BUILT_BY_DBT = ("staging", "checks", "facts", "marts")
MODELS = PROJECT / "dbt_project" / "models"


@dataclass(frozen=True)
class View:
    """A view that was taken down: the statement that makes it, and what was said about it and granted on it."""

    name: str
    create_statement: str
    said: list[str]
    grants: list[str]


@dataclass(frozen=True)
class TakenDown:
    """Definitions to be made again, views of others in the order in which they can be made, grants on ours beside their files."""

    names: frozenset[str]
    views: list[View]
    grants: dict[str, list[str]]


def take_down(cursor: Cursor, names: Collection[str], known: Collection[str]) -> TakenDown:
    """Drop definitions and whatever stands on them.

    names   definitions to drop, schema.name; those that are not there are no matter
    known   all that have a file, or had one

    Raises WarehouseError when something stands on them that cannot be made again; nothing is dropped then.
    """
    wanted = set(names)
    with _whole_names(cursor):
        while True:
            cursor.execute(read_statement("warehouse", "dependants"), {"names": sorted(wanted)})
            standing = [row for row in cursor.fetchall() if row[2] != "type"]
            more = {maker for _, _, _, maker, _, _ in standing if maker in known} - wanted
            if not more:
                break
            wanted |= more
        foreign = [row for row in standing if row[3] not in wanted]
        for _, _, kind, _, _, description in foreign:
            if kind != "view":
                raise WarehouseError(
                    f"In the warehouse {description} stands on a definition that changes, and no file of warehouse/functions makes "
                    "it. Drop it, open the warehouse, and make it again; the warehouse is as it was."
                )
        views = _as_they_stand(cursor, [row[0] for row in reversed(foreign)], [])
        own = _as_they_stand(cursor, [row[0] for row in standing if row[2] == "view" and row[3] in wanted], ROLES)
        for *_, drop_statement, _ in standing:
            cursor.execute(drop_statement)
    return TakenDown(frozenset(wanted), views, {view.name: view.grants for view in own if view.grants})


def put_up(cursor: Cursor, definitions: Sequence[Definition], taken: TakenDown) -> None:
    """Make what was taken down, and write down what stands now. `definitions`: all, each after those that it reads.

    Raises WarehouseError with the file, or the view, that fails.
    """
    made = [definition for definition in definitions if definition.name in taken.names]
    for definition in made:
        try:
            cursor.execute(definition.text)
            for statement in taken.grants.get(definition.name, []):
                cursor.execute(statement)
        except psycopg2.Error as error:
            raise WarehouseError(f"{definition.place} failed: {str(error).strip()}\nThe warehouse is as it was.") from error
    cursor.execute("delete from public.definition where name = any(%s)", (list(taken.names),))
    rows = [(definition.name, definition.checksum) for definition in made]
    execute_values(cursor, "insert into public.definition (name, checksum) values %s", rows, page_size=1000)
    with _whole_names(cursor):
        for view in taken.views:
            _make_again(cursor, view)


def _as_they_stand(cursor: Cursor, oids: list[int], others: list[str]) -> list[View]:
    """Views by number, in that order; without the grants to `others`."""
    views = []
    for oid in oids:
        cursor.execute(read_statement("warehouse", "view_as_it_stands"), {"view": oid, "others": others})
        views += [View(*row) for row in cursor.fetchall()]
    return views


def _make_again(cursor: Cursor, view: View) -> None:
    cursor.execute("savepoint view")
    try:
        cursor.execute(view.create_statement)
        for statement in view.said:
            cursor.execute(statement)
        # default privileges may have granted what was taken away since
        cursor.execute(
            """select format('revoke all on %%s from %%s', oid::regclass, string_agg(distinct
                case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end, ', '))
            from pg_class cross join lateral aclexplode(relacl) where oid = %s::regclass and grantee <> relowner group by oid""",
            (view.name,),
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        for statement in view.grants:
            cursor.execute(statement)
    except psycopg2.ProgrammingError as error:
        if not _is_model(view.name):
            reason = str(error).strip()
            raise WarehouseError(
                f"The view {view.name} stands on a definition that changes, and cannot be made again: {reason}\nDrop it, or write "
                "it for the new definition after the warehouse was opened; the warehouse is as it was."
            ) from error
        cursor.execute("rollback to savepoint view")
    cursor.execute("release savepoint view")


def _is_model(view_name: str) -> bool:
    schema, _, name = view_name.partition(".")
    return schema in BUILT_BY_DBT and any(MODELS.rglob(f"{name}.sql"))


@contextlib.contextmanager
def _whole_names(cursor: Cursor) -> Iterator[None]:
    """Names that the catalogue gives are whole, and are read as they stand."""
    cursor.execute("set local search_path = ''")
    yield
    cursor.execute("set local search_path = default")
