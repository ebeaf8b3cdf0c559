"""`kc` as its own process, for a programme of its own and a database that no programme has opened."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from warehouse.address import Warehouse
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
