"""Where a database is, in the shapes that psycopg2, dbt, SQLAlchemy and Airflow ask for."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from warehouse.settings import TIMEZONE

if TYPE_CHECKING:
    from warehouse.connections import Connection


# What a server says that will answer in a moment: it starts, recovers after a crash of one of its processes, or has just lost one.
PASSING = (
    "the database system is starting up",
    "the database system is in recovery mode",
    "the database system is not yet accepting connections",
    "server closed the connection unexpectedly",
)
PATIENCE = 60.0  # seconds


class WarehouseError(RuntimeError):
    """The warehouse cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Warehouse:
    """The address of one database.

    host       a host name, or the folder of a Unix socket (begins with '/')
    password   None when the way in asks for none
    tcp_host   where the same database answers by TCP, for clients that know no sockets (asyncpg)
    options    further libpq parameters of KC_DATABASE_URL, such as sslmode
    """

    host: str
    port: int
    user: str
    password: str | None = field(repr=False)
    dbname: str
    tcp_host: str
    is_embedded: bool
    options: tuple[tuple[str, str], ...] = ()

    @property
    def dsn(self) -> str:
        """libpq's own form, for psycopg2, pg_dump and psql."""
        options = dict(self.options) | ({"password": self.password} if self.password else {})
        dsn: str = make_dsn(host=self.host, port=self.port, user=self.user, dbname=self.dbname, **options)
        return dsn

    @property
    def sqlalchemy_url(self) -> str:
        """SQLAlchemy's form. Great Expectations wants a host in the URL; a socket's folder stands in the query."""
        if not self.host.startswith("/"):
            return self._url("postgresql+psycopg2", self.host, dict(self.options))
        return self._url("postgresql+psycopg2", "localhost", {"host": self.host, **dict(self.options)})

    @property
    def tcp_url(self) -> str:
        """The database by TCP with its password; a driver is chosen by putting its name after 'postgresql'."""
        return self._url("postgresql", self.tcp_host, dict(self.options))

    def _url(self, scheme: str, host: str, query: dict[str, str]) -> str:
        who = quote(self.user, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        where = f"[{host}]" if ":" in host else host
        tail = f"?{urlencode(query, quote_via=quote)}" if query else ""
        return f"{scheme}://{who}@{where}:{self.port}/{quote(self.dbname, safe='')}{tail}"


def from_url(url: str) -> Warehouse:
    """The warehouse of KC_DATABASE_URL: a libpq URL or a string of key=value. Raises WarehouseError."""
    try:
        parts = parse_dsn(url)
    except psycopg2.ProgrammingError as error:
        raise WarehouseError(f"KC_DATABASE_URL is no PostgreSQL address: {str(error).strip()}") from error
    missing = [name for name in ("host", "user", "dbname") if not parts.get(name)]
    if missing:
        raise WarehouseError(f"KC_DATABASE_URL names no {', '.join(missing)} (postgresql://user:password@host:port/dbname)")
    host = parts.pop("host")
    return Warehouse(
        host=host,
        port=int(parts.pop("port", "5432")),
        user=parts.pop("user"),
        password=parts.pop("password", None),
        dbname=parts.pop("dbname"),
        tcp_host="localhost" if host.startswith("/") else host,
        is_embedded=False,
        options=tuple(sorted(parts.items())),
    )


def connect(warehouse: Warehouse, *, dbname: str | None = None, patience: float = PATIENCE) -> Connection:
    """A psycopg2 connection, in the time of the programme. The caller commits and closes. Raises WarehouseError.

    What is committed here is on disk: receipts and decisions cannot be made again. The embedded server itself does not
    wait for the disk, because what dbt builds can. A server that recovers is asked again for `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return _connect(warehouse, dbname or warehouse.dbname)
        except psycopg2.OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            if not any(sentence in str(error) for sentence in PASSING) or time.monotonic() >= deadline:
                where = f"{warehouse.host} port {warehouse.port}"
                raise WarehouseError(f"The warehouse at {where} does not answer: {reason}") from error
        time.sleep(0.2)


def _connect(warehouse: Warehouse, dbname: str) -> Connection:
    durable = " -c synchronous_commit=on" if warehouse.is_embedded else ""
    return psycopg2.connect(
        warehouse.dsn,
        dbname=dbname,
        application_name="khuyencong",
        options=f"-c timezone={TIMEZONE.key}{durable}",
    )
