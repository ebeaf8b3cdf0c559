"""The outbox: a mail is written with its reason, and sent by whoever sends next. A server that is down leaves the row as it is."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as Connection

from khuyencong.mail.mail import Mail
from khuyencong.mail.sending import MailServerError, Refusal, open_server
from khuyencong.mail.words import one_line
from warehouse.journal import say
from warehouse.settings import Settings

UNSENT = "from outbox.mail where sent_at is null and dropped_at is null"


@dataclass(frozen=True)
class Sent:
    """What a sender run came to: mails sent, mails left, and the last error of those (None when none is left)."""

    n_sent: int
    n_unsent: int
    error: str | None


def write_mail(cursor: Any, mail: Mail) -> int | None:
    """Write a mail into the outbox; its mail_key, or None when there is one for this reason already."""
    cursor.execute(
        """insert into outbox.mail (dedup_key, kind, unit_key, recipient, subject, body, written_at)
        values (%s, %s, %s, %s, %s, %s, %s) on conflict (dedup_key) do nothing returning mail_key""",
        (mail.dedup_key, mail.kind, mail.unit_key, mail.recipient, one_line(mail.subject), mail.body, mail.written_at),
    )
    row = cursor.fetchone()
    return row and row[0]


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
                f"""update outbox.mail set last_error = %s, last_tried_at = %s, n_tries = n_tries + 1
                where mail_key in (select mail_key {UNSENT} and mail_key > %s for update skip locked)""",
                (str(error), now, last_key),
            )
    with connection, connection.cursor() as cursor:
        cursor.execute(f"select count(*), max(last_error) {UNSENT}")
        n_unsent, last_error = cursor.fetchone()
    return Sent(n_sent, n_unsent, last_error)


def send_from_outbox(settings: Settings, now: datetime) -> Sent:
    """`send_unsent` on the warehouse of the settings."""
    from warehouse.address import connect
    from warehouse.opening import open_warehouse

    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        sent = send_unsent(connection, settings, now)
    say("mail_sent", n_sent=sent.n_sent, n_unsent=sent.n_unsent, reason=sent.error, level="warning" if sent.error else "info")
    return sent


def _send_next(connection: Connection, server: Any, now: datetime, after: int) -> tuple[int, bool] | None:
    """Send the first unsent mail after a key; (its key, whether the server took it), None when there is none."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            f"""select mail_key, dedup_key, kind, unit_key, recipient, subject, body, written_at
            {UNSENT} and mail_key > %s order by mail_key limit 1 for update skip locked""",
            (after,),
        )
        row = cursor.fetchone()
        if row is None:
            return None
        refused = None
        try:
            server(Mail(*row[1:]))
        except Refusal as refusal:
            refused = str(refusal)
        cursor.execute(
            """update outbox.mail set sent_at = %s, last_error = %s, last_tried_at = %s, n_tries = n_tries + 1
            where mail_key = %s""",
            (None if refused else now, refused, now, row[0]),
        )
        return row[0], refused is None
