"""The log: what a night, a pull and a chase say while they work, one JSON object a line.

Inside an Airflow task the lines are events of Airflow's own structured log, and their fields stay fields. Elsewhere they go to
the file of `write_log`, and without one to nobody: standard output belongs to the command.

Fields are names of this project (run, station, rows_in, rows_out, seconds, source, node …). No secret, no location of a file,
no cell and no person is a field; in a sentence no address stands, and `sentence_of` leaves out the rows that a database quotes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

from warehouse.settings import TIMEZONE, Settings

NAME = "khuyencong"
MOST_BYTES = 5_000_000  # of one file; with those kept beside it a log takes at most 30 MB
FILES_KEPT = 5
LONGEST_SENTENCE = 2000
ADDRESS = re.compile(r"[\w.+%-]+@[\w.-]+")

_file_log = logging.getLogger(NAME)
_file_log.propagate = False
_file_log.setLevel(logging.INFO)
_file_log.addHandler(logging.NullHandler())


def say(event: str, *, level: str = "info", **fields: Any) -> None:
    """Write one line: `event` says what happened (station_done), `level` is info, warning or error; fields of None are left out."""
    known = {name: value for name, value in fields.items() if value is not None}
    if "reason" in known:
        known["reason"] = ADDRESS.sub("(address)", known["reason"])
    # Whoever configured structlog, Airflow in its tasks, has a place for events and a time of its own.
    log = structlog.get_logger(NAME) if structlog.is_configured() else _own_log
    getattr(log, level)(event, **known)


@contextmanager
def write_log(settings: Settings, name: str) -> Iterator[Path]:
    """Lines said inside go to home/logs/<name>.jsonl, which is turned over by size; gives the file's path."""
    path = settings.home / "logs" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=MOST_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    _file_log.addHandler(handler)
    try:
        yield path
    finally:
        _file_log.removeHandler(handler)
        handler.close()


def sentence_of(error: BaseException | str) -> str:
    """What an error says, on one line, without the rows that PostgreSQL quotes after DETAIL and CONTEXT."""
    told = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    quoted = r"\s(?:DETAIL|CONTEXT|LINE \d+):.*?(?=; \w+: |\. Log: | compiled code at |$)"
    return re.sub(quoted, "", " ".join(told.split()))[:LONGEST_SENTENCE]


def _in_order(logger: object, method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Time of the programme, level and event first. The log is read by people in a hurry."""
    time = datetime.now(TIMEZONE).isoformat(timespec="milliseconds")
    return {"time": time, "level": method, "event": line.pop("event"), **line}


_own_log = structlog.wrap_logger(
    _file_log,
    processors=[_in_order, structlog.processors.JSONRenderer(ensure_ascii=False, default=str)],
    wrapper_class=structlog.BoundLogger,
)
