"""What a dump does not hold: roles of the server, settings and default privileges, and the proof that all of it came back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from psycopg2 import sql

from khuyencong.backup.file import Backup, BackupRefused
from warehouse.fold import BASELINE, is_of_0_1_0
from warehouse.migrate import read_migrations
from warehouse.rows import single_row
from warehouse.settings import TIMEZONE

if TYPE_CHECKING:
    from warehouse.connections import Connection


def make_roles(backup: Backup, connection: Connection) -> None:
    """The roles that migrations make, which belong to a server and not to its databases.

    Raises BackupRefused when tables are granted to others that are not there.
    """
    with connection.cursor() as cursor:
        for block in _statements(backup.manifest, r"do \$\$.*?^\$\$;"):
            if "create role" in block:
                cursor.execute(block)
        cursor.execute("select array(select rolname::text from pg_roles)")
        (there,) = single_row(cursor)
    missing = [name for name in backup.manifest["granted"] if name not in there]
    if missing:
        raise BackupRefused(
            f"Tables of {backup.path.name} are granted to {', '.join(missing)}, whom this server does not know. "
            "Make these logins first (create role … login)."
        )


def _statements(manifest: dict[str, Any], pattern: str) -> list[str]:
    """Statements of the migrations that the backup has, which say something beside the dump; each may be said again. For a
    backup of version 0.1.0 the baseline says them.
    """
    applied = BASELINE if is_of_0_1_0(manifest["migrations"]) else manifest["migrations"]
    texts = [migration.text for migration in read_migrations() if migration.name in applied]
    return [found for text in texts for found in re.findall(f"(?ims)^{pattern}", text)]


def afterwards(manifest: dict[str, Any], dbname: str, connection: Connection) -> list[str]:
    """Statements that end the restoring: the database's time, default privileges of its owner, and proof that all rows and the
    release are there. `connection` knows how names are quoted.
    """
    timezone = sql.SQL("alter database {} set timezone = {};").format(sql.Identifier(dbname), sql.Literal(TIMEZONE.key))
    privileges = _statements(manifest, "alter default privileges.*?;")
    checks = [(f"select count(*)::text from {table}", str(count), table) for table, count in manifest["counts"].items()]
    if manifest["release"] is not None:
        checks.append((f"select release.content_hash({manifest['release']})", manifest["release_hash"], "release"))
    proofs = [
        f"do $$ begin if ({query}) is distinct from '{wanted}' then raise exception "
        f"'{what} is not what was backed up'; end if; end $$;"
        for query, wanted, what in checks
    ]
    # The dump leaves an empty search path; functions of ours were made with the usual one.
    return [timezone.as_string(connection), *privileges, "set search_path = public;", *proofs]


def missing_members(backup: Backup, connection: Connection) -> list[list[str]]:
    """[role, login] of those who had a role where the backup was made and do not have it here."""
    with connection.cursor() as cursor:
        cursor.execute("select role.rolname, login.rolname from pg_auth_members as m join pg_roles as role on m.roleid = role.oid "
                       "join pg_roles as login on m.member = login.oid")  # fmt: skip
        there = {tuple(row) for row in cursor}
    return [member for member in backup.manifest["members"] if tuple(member) not in there]
