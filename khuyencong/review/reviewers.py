"""Who may decide: logins of the database that are members of `reviewer`, and what they may not decide on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg2 import sql


def add_reviewer(connection: Any, login: str, unit: str | None = None, sender: str | None = None) -> bool:
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
        cursor.execute(
            """select exists (
                select 1 from pg_auth_members
                where roleid = 'reviewer'::regrole and member = (select oid from pg_roles where rolname = %s))""",
            (login,),
        )
        if not cursor.fetchone()[0]:
            cursor.execute(sql.SQL("grant reviewer to {}").format(name))
        if unit is not None or sender is not None:
            cursor.execute(
                "insert into review.login_unit (login, unit_key, sender) values (%s, %s, %s) on conflict do nothing",
                (login, unit, sender),
            )
    return found is None


def add_first_reviewers(connection: Any, logins: Iterable[str]) -> None:
    """Make reviewers of names that the database does not know yet; a login that is known keeps the rights that it has."""
    for login in logins:
        with connection, connection.cursor() as cursor:
            cursor.execute("select 1 from pg_roles where rolname = %s", (login,))
            is_known = cursor.fetchone() is not None
        if not is_known:
            add_reviewer(connection, login)


def list_reviewers(connection: Any) -> list[dict[str, Any]]:
    """Reviewers in name order: login, the units and senders they act for, and how often they decided (n_decisions)."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select role.rolname, array_remove(array_agg(distinct login_unit.unit_key), null),
                array_remove(array_agg(distinct login_unit.sender), null),
                (select count(distinct (decision.flag_id, decision.decided_at))
                    from review.decision where decision.decided_by = role.rolname)
            from pg_roles as role
            left join review.login_unit on login_unit.login = role.rolname
            where role.rolcanlogin and not role.rolsuper and pg_has_role(role.oid, 'reviewer', 'usage')
            group by role.rolname order by role.rolname"""
        )
        return [
            {"login": login, "units": units, "senders": senders, "n_decisions": n_decisions}
            for login, units, senders, n_decisions in cursor
        ]
