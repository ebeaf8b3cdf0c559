"""The sources of the register: a row says unit, transport, location and the name of a secret, never the secret itself."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from ingestion.transports.seen import Trouble
from warehouse.parameters import read_parameters
from warehouse.settings import Settings, read_secret

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Source:
    """One place that reports come from: its transport, its address, and its unit when it is one unit's own account.

    `is_sample`: the folder of a sample, whose manifest says what came when.
    """

    source_code: str
    transport: str
    location: str
    unit_key: str | None
    secret_name: str | None
    settings: Settings = field(repr=False)
    left_out: tuple[str, ...] = ()
    is_sample: bool = False

    def secret(self) -> str:
        """The secret that the row names; raises Trouble when it is not there."""
        if not self.secret_name:
            raise Trouble("secret_missing", reason=f"secret_name ({self.source_code})")
        try:
            return read_secret(self.settings, self.secret_name)
        except LookupError as missing:
            raise Trouble("secret_missing", reason=self.secret_name) from missing

    def shared_secret(self, name: str) -> str | None:
        """A secret that all sources share (known_hosts, authorities.pem), or None."""
        try:
            return read_secret(self.settings, name)
        except LookupError:
            return None

    def address(self, schemes: tuple[str, ...], example: str) -> SplitResult:
        """The location as an address of one of the schemes; a password in it, or clear text beyond this machine, is refused."""
        parts = urlsplit(self.location)
        is_clear = parts.scheme == "http" and parts.hostname not in LOOPBACK
        if parts.scheme not in schemes or not parts.hostname or parts.password is not None or is_clear:
            shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
            raise Trouble("location_unclear", where=shown, expected=example)
        return parts


@dataclass(frozen=True)
class Limits:
    """What the register's parameters allow a pull: bytes and seconds a file, tries, seconds before the next and between looks."""

    max_file_bytes: int
    file_seconds: float
    tries: int
    pause_seconds: float
    settle_seconds: float


def read_sources(settings: Settings, *, is_sample: bool = False) -> list[Source]:
    """The sources of register/sources.csv. A relative folder lies in the installation's home.

    In the home of a sample (`is_sample`) they are the folders that are no unit's own, each read by its manifest.

    KC_INBOX stands for every location: then there is one source, the register's first folder that is no unit's own, else `inbox`.
    A source inside another's folder is left out of the outer one, so that no file arrives twice.
    """
    with (settings.register / "sources.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if settings.inbox is not None:
        shared = [row for row in rows if row["transport"] == "folder" and not row["unit_key"]]
        row = shared[0] if shared else {"source_code": "inbox", "transport": "folder", "unit_key": "", "secret_name": ""}
        rows = [row | {"location": str(settings.inbox)}]
    if is_sample:
        rows = [row for row in rows if row["transport"] == "folder" and not row["unit_key"]]
    places = {row["source_code"]: _place(row, settings) for row in rows}
    folders = {row["source_code"] for row in rows if row["transport"] == "folder"}
    return [
        Source(
            source_code=row["source_code"],
            transport=row["transport"],
            location=places[row["source_code"]],
            unit_key=row["unit_key"] or None,
            secret_name=row["secret_name"] or None,
            settings=settings,
            left_out=tuple(place for code, place in places.items() if code in folders and code != row["source_code"]),
            is_sample=is_sample,
        )
        for row in rows
    ]


def read_limits(settings: Settings) -> Limits:
    """The limits of a pull, from register/parameters.csv."""
    values = read_parameters(settings)
    return Limits(
        max_file_bytes=int(values["max_file_bytes"]),
        file_seconds=values["file_seconds"],
        tries=int(values["source_tries"]),
        pause_seconds=values["source_pause_seconds"],
        settle_seconds=values["settle_seconds"],
    )


def user_of(address: SplitResult) -> str:
    """The account in an address; %40 stands for the @ of a mail account."""
    return unquote(address.username or "")


def _place(row: dict[str, str], settings: Settings) -> str:
    return str(settings.home / row["location"]) if row["transport"] == "folder" else row["location"]
