"""Plays the thirty nights of tests/integration on a warehouse: play_thirty.py TREE DSN COUNTRY OUT.

It is run by the tree's own python and is the only file here that imports of a tree: of tests/integration/test_thirty_nights.py the
names NIGHTS, Country, at and run_nightly, and nothing of the product, whose modules may move. OUT becomes [[day, document], …].
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2


def main(tree: Path, dsn: str, home: Path, out: Path) -> None:
    sys.path[:0] = [str(tree / "tests" / "integration"), str(tree / "tests"), str(tree)]
    from test_thirty_nights import NIGHTS, Country, at, run_nightly

    country = Country(home)
    settings = country.settings(dsn)
    told = []
    for evening in NIGHTS:
        connection = psycopg2.connect(dsn, options="-c timezone=Asia/Ho_Chi_Minh")
        try:
            for happen in evening.events:
                happen(country, connection)
        finally:
            connection.close()
        night = run_nightly(settings, at(evening.day), lambda moment=evening.day: at(moment))
        told.append((evening.day, night))
        print(evening.day, night["release"], night["release_hash"][:16], file=sys.stderr, flush=True)
    out.write_text(json.dumps(told, default=_plain), encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
