"""Every row of every table and view as digests that depend neither on the order of rows nor on that of columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg2
from psycopg2 import sql

from equality.left_out import RELATIONS, is_column_left_out

SCHEMAS = ("raw", "register", "staging", "checks", "facts", "release", "review", "marts", "outbox")
# How a value is written must not depend on whose server it is.
SESSION = "-c timezone=Asia/Ho_Chi_Minh -c datestyle=ISO -c intervalstyle=iso_8601 -c extra_float_digits=1 -c bytea_output=hex"

CATALOGUE = """
select namespace.nspname, class.relname, array_agg(attribute.attname::text order by attribute.attname)
from pg_catalog.pg_class as class
inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
inner join pg_catalog.pg_attribute as attribute
    on class.oid = attribute.attrelid and attribute.attnum > 0 and not attribute.attisdropped
where namespace.nspname = any(%s) and class.relkind in ('r', 'p', 'v', 'm') and not class.relispartition
group by namespace.nspname, class.relname order by namespace.nspname, class.relname"""



def digests(dsn: str, schemas: Iterable[str] = SCHEMAS) -> dict[str, dict[str, Any]]:
    """{schema.relation: {rows, digest, columns: {column: digest}}} of a database, read in one state; left-out columns not at all.

    `digest` is that of whole rows, so that values which change places between rows change it; those of columns only say where.
    """
    connection = psycopg2.connect(dsn, options=SESSION)
    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with connection.cursor() as cursor:
            cursor.execute(CATALOGUE, (list(schemas),))
            found = {}
            for schema, relation, columns in cursor.fetchall():
                name = f"{schema}.{relation}"
                if name not in RELATIONS:
                    found[name] = digest(cursor, schema, relation, [c for c in columns if not is_column_left_out(name, c)])
            return found
    finally:
        connection.close()


def digest(cursor: Any, schema: str, relation: str, columns: list[str]) -> dict[str, Any]:
    """{rows, digest, columns} of one relation over the named columns, whose order does not matter."""
    columns = sorted(columns)
    # A null is not the empty text, and a text that holds the mark of a null is none.
    written = [sql.SQL("coalesce('=' || {}::text, '')").format(sql.Identifier(column)) for column in columns]
    whole = sql.SQL("row({})::text").format(sql.SQL(", ").join(written))
    sums = [_sum(text) for text in (whole, *written)]
    cursor.execute(
        sql.SQL("select count(*), {} from {}").format(sql.SQL(", ").join(sums), sql.Identifier(schema, relation))
    )
    rows, of_rows, *of_columns = cursor.fetchone()
    return {"rows": rows, "digest": of_rows, "columns": dict(zip(columns, of_columns, strict=True))}


def _sum(text: sql.Composable) -> sql.Composable:
    """128 bits of hash as two numbers, summed: a sum knows no order, and a row that stands twice counts twice."""
    return sql.SQL(" || ':' || ").join(
        sql.SQL("coalesce(sum(hashtextextended({}, {})), 0)").format(text, sql.Literal(seed)) for seed in (1, 2)
    )
