"""Every row of every table and view as digests that depend neither on the order of rows nor on that of columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg2
from psycopg2 import sql

from equality.left_out import ALWAYS, LeftOut

SCHEMAS = ("raw", "register", "staging", "checks", "facts", "release", "review", "marts", "outbox")
# How a value is written must not depend on whose server it is.
SESSION = "-c timezone=Asia/Ho_Chi_Minh -c datestyle=ISO -c intervalstyle=iso_8601 -c extra_float_digits=1 -c bytea_output=hex"

CATALOGUE = """
select namespace.nspname, class.relname, array_agg(attribute.attname::text order by attribute.attname),
    array_remove(array_agg(case when attribute.attidentity <> '' then attribute.attname::text end), null)
from pg_catalog.pg_class as class
inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
inner join pg_catalog.pg_attribute as attribute
    on class.oid = attribute.attrelid and attribute.attnum > 0 and not attribute.attisdropped
where namespace.nspname = any(%s) and class.relkind in ('r', 'p', 'v', 'm') and not class.relispartition
group by namespace.nspname, class.relname order by namespace.nspname, class.relname"""


def digests(dsn: str, left_out: LeftOut = ALWAYS, schemas: Iterable[str] = SCHEMAS) -> dict[str, dict[str, Any]]:
    """{schema.relation: {rows, digest, content, columns: {column: digest}}} of a database, read in one state.

    `digest` is that of whole rows, so that values which change places between rows change it; `content` that of rows without a
    key that the table itself numbers them by; those of columns only say where a difference is. Left-out columns are in none.
    """
    connection = psycopg2.connect(dsn, options=SESSION)
    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with connection.cursor() as cursor:
            cursor.execute(CATALOGUE, (list(schemas),))
            found = {}
            for schema, relation, columns, numbered in cursor.fetchall():
                name = f"{schema}.{relation}"
                kept = [column for column in columns if not left_out.has(name, column)]
                found[name] = _digest(cursor, schema, relation, kept, numbered)
            return found
    finally:
        connection.close()


def _digest(cursor: Any, schema: str, relation: str, columns: Sequence[str], numbered: Sequence[str]) -> dict[str, Any]:
    # A null is not the empty text, and a text that holds the mark of a null is none.
    written = {column: sql.SQL("coalesce('=' || {}::text, '')").format(sql.Identifier(column)) for column in sorted(columns)}
    content = [text for column, text in written.items() if column not in numbered]
    sums = [_sum(text) for text in (_row(written.values()), _row(content), *written.values())]
    cursor.execute(
        sql.SQL("select count(*), {} from {}").format(sql.SQL(", ").join(sums), sql.Identifier(schema, relation))
    )
    rows, digest, of_content, *of_columns = cursor.fetchone()
    return {"rows": rows, "digest": digest, "content": of_content, "columns": dict(zip(written, of_columns, strict=True))}


def _row(written: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL("row({})::text").format(sql.SQL(", ").join(written))


def _sum(text: sql.Composable) -> sql.Composable:
    """128 bits of hash as two numbers, summed: a sum knows no order, and a row that stands twice counts twice."""
    return sql.SQL(" || ':' || ").join(
        sql.SQL("coalesce(sum(hashtextextended({}, {})), 0)").format(text, sql.Literal(seed)) for seed in (1, 2)
    )
