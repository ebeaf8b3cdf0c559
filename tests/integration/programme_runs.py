"""`kc` as its own process, for a programme of its own and a database that no programme has opened."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.address import Warehouse, connect
from warehouse.settings import PROJECT

KC = Path(sys.executable).parent / "kc"


def url_of(database: Warehouse) -> str:
    return database.sqlalchemy_url.replace("postgresql+psycopg2", "postgresql")


def kc(home: Path, programme: Path | None, database: Warehouse | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    told = {"KC_PROGRAMME": str(programme)} if programme else {}
    known = {name: value for name, value in os.environ.items() if name not in ("KC_PROGRAMME", "KC_DATABASE_URL")}
    places = {"KC_HOME": str(home), "KC_INBOX": str(home.parent / "inbox")}
    if database:
        told["KC_DATABASE_URL"] = url_of(database)
    return subprocess.run(
        [KC, *arguments], env={**known, **places, **told}, cwd=PROJECT, capture_output=True, text=True, timeout=500, check=False
    )


@pytest.fixture
def nobodys(cluster: Warehouse) -> Iterator[Warehouse]:
    """An empty database that no programme has opened."""
    server = dataclasses.replace(cluster, dbname="nobodys")
    with contextlib.closing(connect(cluster, dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("create database nobodys")
            yield server
            cursor.execute("drop database nobodys with (force)")
