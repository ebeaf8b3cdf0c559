"""What the desk is told of nights by mail: one that failed, and none that was good for too long.

The warehouse itself may be what is down. Then the mail goes straight to the server, and its copy in home/mail stands for the row.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, overload

import psycopg2

from khuyencong.desk.alert_letters import NightRow, failed_night, stale_night
from khuyencong.desk.status import STALE_AFTER, last_good_run, last_run
from khuyencong.mail.contacts import read_contacts
from khuyencong.mail.mail import Mail
from khuyencong.mail.outbox import send_unsent, write_mail
from khuyencong.mail.sending import as_message, open_server
from khuyencong.night.stations import STATIONS
from warehouse.journal import say, sentence_of
from warehouse.rows import rows_by_name
from warehouse.settings import TIMEZONE, Settings
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection

Letter = tuple[str, str, str]  # the reason for which it is written once, subject, body


@dataclass(frozen=True)
class Told:
    """What became of an alert: its subject, and the mails that are new for this reason (none: it was told before)."""

    subject: str
    n_new: int


def tell_failed_night(
    settings: Settings,
    at: datetime,
    *,
    run_key: int | None = None,
    task: str | None = None,
    reason: str | None = None,
    night: str = "",
) -> Told:
    """Mail the desk that a night failed, with the station and the sentence.

    `task` is the station that failed, where the caller knows it; `reason` its error. Without them release.run says so, and where
    the process was killed it says nothing: then the station is the first that was not done. `night` names the night where there is
    no run_key. Raises MailServerError only when the warehouse is out of reach and so is the mail server.
    """

    def write(row: NightRow | None, trouble: str | None) -> Letter:
        station = task or (row.station if row else None) or "open_night"
        cause = (row.reasons.get(station) if row else None) or reason
        subject, body = failed_night(row, station, cause, trouble, at)
        name = f"{row.run_key if row else night or at.date()}:{station}:{_short(cause or '')}"
        return f"failed_night:{name}", subject, body

    def ask(connection: Connection) -> Letter:
        row = read_night(connection, run_key) if run_key or not night else None
        return write(row if row and row.state != "done" else None, None)  # a night that never got a row is not the one before

    return _tell(settings, at, "failed_night", ask, lambda trouble: write(None, trouble))


def tell_stale_night(settings: Settings, at: datetime) -> Told | None:
    """Mail the desk, once a day, that no night was good for 26 hours: it never started, failed, or is not done. None when one was.

    Raises MailServerError only when the warehouse is out of reach and so is the mail server.
    """
    key = f"stale_night:{at.astimezone(TIMEZONE).date()}"

    def ask(connection: Connection) -> Letter | None:
        good = last_good_run(connection, at)
        if good and at - datetime.fromisoformat(good["as_of"]) <= STALE_AFTER:
            return None
        newest = last_run(connection, at)
        row = read_night(connection, newest["run"]) if newest else None
        return key, *stale_night(good, row, None, at)

    return _tell(settings, at, "stale_night", ask, lambda trouble: (key, *stale_night(None, None, trouble, at)))


def read_night(connection: Connection, run_key: int | None) -> NightRow | None:
    """A night (default: the newest) with what its stations came to, and the release that stands; None before the first."""
    with connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "night"), {"run_key": run_key})
        night = next(rows_by_name(cursor), None)
        if night is None:
            return None
        cursor.execute(
            "select station, state, failed_reason from release.run_station where run_key = %s order by position",
            (night["run_key"],),
        )
        stations = cursor.fetchall()
        cursor.execute("select release_number, as_of from release.release order by release_number desc limit 1")
        release = cursor.fetchone()
    done = tuple(name for name, state, _ in stations if state == "done")
    at_work = [name for name, state, _ in stations if state != "done"] + [name for name, _ in STATIONS if name not in done]
    reasons = {name: reason for name, state, reason in stations if state == "failed" and reason}
    return NightRow(**night, done=done, station=(*at_work, "close_night")[0], reasons=reasons, release=release)


def failed_task(states: Mapping[str, str]) -> str | None:
    """The task that failed first, by the states of a run's tasks; upstream_failed is only what followed from it."""
    order = ["open_night", *(name for name, _ in STATIONS), "close_night"]
    failed = [task for task, state in states.items() if state == "failed"]
    return min(failed, key=lambda task: (order.index(task) if task in order else len(order), task), default=None)


@overload
def _tell(
    settings: Settings, at: datetime, kind: str, ask: Callable[[Connection], Letter],
    without_warehouse: Callable[[str], Letter],
) -> Told: ...  # fmt: skip


@overload
def _tell(
    settings: Settings, at: datetime, kind: str, ask: Callable[[Connection], Letter | None],
    without_warehouse: Callable[[str], Letter],
) -> Told | None: ...  # fmt: skip


def _tell(
    settings: Settings, at: datetime, kind: str, ask: Callable[[Connection], Letter | None],
    without_warehouse: Callable[[str], Letter],
) -> Told | None:  # fmt: skip
    """Write the mail that `ask` makes for each address of the desk, and send; without a warehouse send the other one at once."""
    from warehouse.address import WarehouseError, connect
    from warehouse.opening import open_warehouse

    desk = read_contacts(settings, at.astimezone(TIMEZONE).date()).desk

    def mails(text: Letter) -> list[Mail]:
        key, subject, body = text
        return [Mail(f"{key}:{to}", kind, None, to, subject, body, at) for to in desk]

    try:
        with contextlib.closing(connect(open_warehouse(settings))) as connection:
            with connection, connection.cursor() as cursor:
                text = ask(connection)
                if text is None:
                    return None
                n_new = sum(write_mail(cursor, mail) is not None for mail in mails(text))
            send_unsent(connection, settings, at)
    except (WarehouseError, psycopg2.OperationalError) as error:
        text = without_warehouse(sentence_of(error))
        n_new = sum(_send_directly(settings, mail) for mail in mails(text))
    say("desk_told", level="warning", about=kind, n_new_mails=n_new)
    return Told(text[1], n_new)


def _send_directly(settings: Settings, mail: Mail) -> bool:
    """Send a mail without an outbox; a copy in home/mail keeps it from being sent again. Whether it was sent now."""
    copy = settings.home / "mail" / f"{_short(mail.dedup_key)}.eml"
    if copy.exists():
        return False
    with open_server(settings) as send:
        send(mail)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(as_message(mail, settings.mail_from or "").as_bytes())
    return True


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
