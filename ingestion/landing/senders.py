"""Who sends a file: the account that it came by and the folder that it lies in must agree; the door compares its content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingestion.findings import Finding, find
from ingestion.register import Register
from ingestion.transports import Source
from warehouse.settings import TIMEZONE


@dataclass(frozen=True)
class Sender:
    """The unit that claims a file; the unit whose folder it lies in, when that is another; the finding that sends it back."""

    unit_key: str | None
    folder_unit_key: str | None = None
    finding: Finding | None = None


def sender_of(source: Source, location: str, register: Register, received_at: datetime) -> Sender:
    """The sender of a file at a place: the unit whose account it is, else the unit that the first folder of its path names.

    In its own account a unit may keep a folder for a unit that it succeeded, and for no other. A file that came from another
    machine by nobody's account and in nobody's folder is returned; in a folder of this machine, whoever put it there is trusted.
    """
    first, slash, _ = location.partition("/")
    folder = first if slash and first in register.unit_kinds else None
    account = source.unit_key
    if account is None:
        if folder is None and source.transport != "folder":
            return Sender(None, None, find("sender_unknown", written=location))
        return Sender(folder)
    if folder is None or folder == account:
        return Sender(account)
    day = register.succeeded_on(account, folder)
    if day is not None and day <= received_at.astimezone(TIMEZONE).date():
        return Sender(account, folder)
    names = register.unit_texts
    finding = find("folder_of_another_sender", written=names.get(folder, folder), expected=names.get(account, account))
    return Sender(account, folder, finding)
