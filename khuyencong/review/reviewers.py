"""Who may decide: logins of the database that are members of `reviewer`, and what they may not decide on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from psycopg2 import sql

from warehouse.rows import rows_by_name, single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


def add_reviewer(connection: Connection, login: str, unit: str | None = None, sender: str | None = None) -> bool:
    """Give a person the right to review, under one name here and in Airflow; True when their login was made for it.

    A login that is made has no password: with Airflow's page none is needed, for `kc decide` the owner sets one
    (`alter role … password`). `unit` and `sender` say whose reports the person acts for or sends, and so does not decide on.
    To be called as the owner of the warehouse. Done again, it changes nothing. Raises ValueError for a name that cannot be one.
    """
    if not login.strip() or len(login.encode()) > 63:
        raise ValueError("A login has a name of at most 63 bytes.")
    name = sql.Identifier(login)
    with connection, connection.cursor() as cursor:
        cursor.execute("select rolcanlogin, rolsuper or rolname = session_user from pg_roles where rolname = %s", (login,))
        found = cursor.fetchone()
        if found is not None and found[1]:
            raise ValueError(f"{login} runs this warehouse; a reviewer is a person with a login of their own.")
        if found is None:
            cursor.execute(sql.SQL("create role {} login").format(name))
        elif not found[0]:
            cursor.execute(sql.SQL("alter role {} login").format(name))
        cursor.execute(read_statement(__package__, "is_reviewer"), {"login": login})
        if not single_value(cursor):
            cursor.execute(sql.SQL("grant reviewer to {}").format(name))
        if unit is not None or sender is not None:
            cursor.execute(
                "insert into review.login_unit (login, unit_key, sender) values (%s, %s, %s) on conflict do nothing",
                (login, unit, sender),
            )
    return found is None


def add_first_reviewers(connection: Connection, logins: Iterable[str]) -> None:
    """Make reviewers of names that the database does not know yet; a login that is known keeps the rights that it has."""
    for login in logins:
        with connection, connection.cursor() as cursor:
            cursor.execute("select 1 from pg_roles where rolname = %s", (login,))
            is_known = cursor.fetchone() is not None
        if not is_known:
            add_reviewer(connection, login)


def list_reviewers(connection: Connection) -> list[dict[str, Any]]:
    """Reviewers in name order: login, the units and senders they act for, and how often they decided (n_decisions)."""
    with connection, connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "list_reviewers"))
        return list(rows_by_name(cursor))
