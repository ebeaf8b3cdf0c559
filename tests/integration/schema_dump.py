"""What pg_dump says of the structure of a warehouse, owners and rights included, in no order: to compare two of them."""

import contextlib
import re
import subprocess

from warehouse.address import Warehouse, connect
from warehouse.place import packaged_binaries

RELATIONS = """
select format('drop %s if exists %s cascade', case when relkind = 'v' then 'view' else 'table' end, oid::regclass),
    oid::regclass::text
from pg_class where relkind in ('r', 'v') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"""


def schema_of(warehouse: Warehouse) -> set[str]:
    """The statements of `pg_dump --schema-only`, those about rights one by one."""
    said = subprocess.run(
        [packaged_binaries() / "pg_dump", "--schema-only", "--dbname", warehouse.dsn], capture_output=True, text=True, check=True
    ).stdout
    blocks = [block.strip() for block in re.split(r"(?m)^--\n-- (?:Name|Type): .*\n--\n", said)[1:]]
    blocks = [re.sub(r"\n--\n-- PostgreSQL database dump complete[\s\S]*", "", block) for block in blocks]
    rights = re.compile(r"(?s)(GRANT|REVOKE|ALTER DEFAULT) ")
    return {each for block in blocks for each in (block.splitlines() if rights.match(block) else [block])}


def without_what_nights_build(warehouse: Warehouse, fresh: Warehouse) -> None:
    """Drop the relations that a fresh warehouse does not have: dbt's, and the tables of forms."""
    with contextlib.closing(connect(fresh)) as connection, connection.cursor() as cursor:
        cursor.execute(RELATIONS)
        known = {name for _, name in cursor.fetchall()}
    with contextlib.closing(connect(warehouse)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(RELATIONS)
        found = cursor.fetchall()
        assert known <= {name for _, name in found}
        for statement, name in found:
            if name not in known:
                cursor.execute(statement)
