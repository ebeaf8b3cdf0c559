"""The outbox: a mail is written with its reason, and sent by whoever sends next. A server that is down leaves the row as it is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from khuyencong.mail.mail import Mail
from khuyencong.mail.sending import MailServerError, Refusal, open_server
from khuyencong.mail.words import one_line
from warehouse.journal import say
from warehouse.rows import single_row
from warehouse.settings import Settings
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


@dataclass(frozen=True)
class Sent:
    """What a sender run came to: mails sent, mails left, and the last error of those (None when none is left)."""

    n_sent: int
    n_unsent: int
    error: str | None


def write_mail(cursor: Cursor, mail: Mail) -> int | None:
    """Write a mail into the outbox; its mail_key, or None when there is one for this reason already."""
    cursor.execute(
        read_statement(__package__, "write_mail"), {**asdict(mail), "subject": one_line(mail.subject)}
    )
    row = cursor.fetchone()
    return int(row[0]) if row else None


def send_unsent(connection: Connection, settings: Settings, now: datetime) -> Sent:
    """Send what lies unsent, in the order written. Never raises for the server's sake: what failed stays, with its error.

    Each mail is a transaction that locks its row, so two senders share the work. A sender that dies between the server's answer
    and the commit sends that one mail again, with the same Message-ID.
    """
    n_sent, last_key = 0, 0
    try:
        with open_server(settings) as server:
            while (mail_key := _send_next(connection, server, now, last_key)) is not None:
                last_key, is_sent = mail_key
                n_sent += is_sent
    except MailServerError as error:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                read_statement(__package__, "leave_unsent"), {"error": str(error), "tried_at": now, "after": last_key}
            )
    with connection, connection.cursor() as cursor:
        cursor.execute("select count(*), max(last_error) from outbox.mail where sent_at is null and dropped_at is null")
        n_unsent, last_error = single_row(cursor)
    return Sent(n_sent, n_unsent, last_error)


def send_from_outbox(settings: Settings, now: datetime) -> Sent:
    """`send_unsent` on the warehouse of the settings."""
    from warehouse.address import connect
    from warehouse.opening import open_warehouse

    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        sent = send_unsent(connection, settings, now)
    say("mail_sent", n_sent=sent.n_sent, n_unsent=sent.n_unsent, reason=sent.error, level="warning" if sent.error else "info")
    return sent


def _send_next(connection: Connection, server: Callable[[Mail], None], now: datetime, after: int) -> tuple[int, bool] | None:
    """Send the first unsent mail after a key; (its key, whether the server took it), None when there is none."""
    with connection, connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "next_unsent"), {"after": after})
        row = cursor.fetchone()
        if row is None:
            return None
        mail_key, mail, refused = int(row[0]), Mail(*row[1:]), None
        try:
            server(mail)
        except Refusal as refusal:
            refused = str(refusal)
        cursor.execute(
            read_statement(__package__, "note_try"),
            {"sent_at": None if refused else now, "error": refused, "tried_at": now, "mail_key": mail_key},
        )
        return mail_key, refused is None
