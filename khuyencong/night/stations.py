"""The stations of a night, each a function that can be run again alone. `kc nightly` and the DAGs call these and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from khuyencong.night.configuration import refuse_wrong_configuration
from khuyencong.night.night import Night, StationCount
from khuyencong.night.record import build_and_record
from khuyencong.night.tables import begin_tables, end_tables
from warehouse.journal import say
from warehouse.rows import single_value
from warehouse.settings import Settings

if TYPE_CHECKING:
    from ingestion.landing.pulling import Pulled
    from ingestion.transports import Source
    from warehouse.connections import Connection

BUILD = ["staging", "checks"]
MENTIONS = ["chk_mention*"]  # judged once, against what is in force: they decide on nothing
FACTS = [*MENTIONS, "facts"]
MARTS = ["marts"]
SERVERS_AT_ONCE = 4


def pull_and_land(night: Night) -> StationCount:
    """Bytes from the inboxes into landing, a receipt for each arrival that is new at its place.

    Servers are asked side by side, because one that does not answer takes minutes. A night of the past asks none and takes nothing
    that lies in a folder without proof of its moment: whatever is seen for the first time came today.
    """
    from concurrent.futures import ThreadPoolExecutor
    from contextlib import closing

    from ingestion.budget_year_row import write_budget_years
    from ingestion.landing.pulling import pull
    from ingestion.register import load_register
    from ingestion.transports import read_sources
    from khuyencong.clock.sample_home import is_sample_home
    from warehouse.address import connect

    def ask(source: Source) -> Pulled:
        with closing(connect(night.warehouse)) as connection:
            return take(connection, source)

    def take(connection: Connection, source: Source) -> Pulled:
        pulled = pull(connection, source, night.run_key, night.seen_at, night.as_of)
        return _say_pulled(source.source_code, pulled, night.run_key)

    refuse_wrong_configuration(night.settings)
    write_budget_years(night.connection, load_register(night.settings.register).budget_years)
    sources = read_sources(night.settings, is_sample=is_sample_home(night.connection))
    folders = [source for source in sources if source.transport == "folder"]
    is_of_the_past = night.as_of < night.seen_at
    servers = [] if is_of_the_past else [source for source in sources if source not in folders]
    pulled = [take(night.connection, source) for source in folders]
    if servers:
        with ThreadPoolExecutor(SERVERS_AT_ONCE) as pool:
            pulled += pool.map(ask, servers)
    return StationCount(sum(each.n_seen for each in pulled), sum(each.n_new for each in pulled))


def pull_source(settings: Settings, source_code: str, now: datetime) -> StationCount:
    """One source into landing between two nights; the next night reads what lies there. Its note says why it was not reached."""
    from ingestion.landing.pulling import pull
    from ingestion.transports import read_sources
    from khuyencong.clock.sample_home import is_sample_home
    from warehouse.address import connect
    from warehouse.opening import open_warehouse

    connection = connect(open_warehouse(settings))
    try:
        sources = read_sources(settings, is_sample=is_sample_home(connection))
        source = next((each for each in sources if each.source_code == source_code), None)
        if source is None:
            return StationCount(0, 0, f"{source_code} is not asked: this is the home of a sample, which reads its manifest only.")
        pulled = _say_pulled(source.source_code, pull(connection, source, None, now, now))
        return StationCount(pulled.n_seen, pulled.n_new, pulled.trouble or "")
    finally:
        connection.close()


def read(night: Night) -> StationCount:
    """Landed bytes into schema raw, one transaction a file; what cannot be read becomes a finding, and its number a note."""
    from ingestion.reading.reading import read_receipts

    counts = read_receipts(night.connection, night.settings, night.run_key, night.as_of)
    note = f"{counts.not_read} files could not be read; `kc status` lists them" if counts.not_read else ""
    return StationCount(counts.receipts, counts.submissions, note)


def door(night: Night) -> StationCount:
    """Is each new submission the form that was asked for? Findings are rows."""
    from expectations.door import judge

    counts = judge(night.warehouse, night.connection, night.run_key, settings=night.settings)
    return StationCount(counts.submissions, counts.findings)


def build(night: Night) -> StationCount:
    """Register, staging and checks: every figure typed, every rule due judged."""
    from expectations.rulebook.loading import load_rules_into
    from ingestion.form_rows import load_forms_into
    from ingestion.forms import load_forms
    from khuyencong.gate.record import forget_unfinished
    from khuyencong.gate.steps import begin_steps

    load_forms_into(night.connection, load_forms(night.settings.forms, night.settings.register))
    load_rules_into(night.connection, night.settings)
    forget_unfinished(night.connection, night.run_key)
    begin_steps(night.connection, night.as_of, _follows(night.settings))
    results = build_and_record(night, BUILD, exclude=MENTIONS, seeds=True, full_refresh=True)
    return StationCount(len(results), _rows(night, "checks.chk_verdict"))


def reconcile(night: Night) -> StationCount:
    """In force, held, flagged: the gate judges again until what stands no longer changes; then one flag a cause."""
    from khuyencong.flags.raising import raise_flags
    from khuyencong.gate.gate import run_gate
    from khuyencong.gate.record import forget_verdicts

    def judge_again() -> None:
        build_and_record(night, ["checks"], exclude=MENTIONS)

    if night.is_foundation_lost:  # half a judgement of half a choice by an earlier try, or tables that something took away
        build(night)
        with night.connection, night.connection.cursor() as cursor:
            end_tables(cursor, night.run_key, "build")
            begin_tables(cursor, night.run_key, night.station)
    gate = run_gate(night.connection, night.run_key, night.as_of, judge_again, _follows(night.settings))
    flags = raise_flags(night.connection, night.run_key, night.as_of)
    forget_verdicts(night.connection)
    return StationCount(gate.submissions, flags.open)


def facts(night: Night) -> StationCount:
    """Facts at the grain of the data contract."""
    results = build_and_record(night, FACTS)
    return StationCount(len(results), _rows(night, "facts.fct_contribution"))


def release(night: Night) -> StationCount:
    """A numbered release, opened only when content changed."""
    from khuyencong.release.release import open_release

    outcome = open_release(night.connection, night.run_key, night.as_of)
    return StationCount(_rows(night, "facts.fct_contribution"), outcome.n_opened + outcome.n_closed)


def marts(night: Night) -> StationCount:
    """What BI reads: the released figures."""
    results = build_and_record(night, MARTS)
    return StationCount(len(results), _rows(night, "marts.mart_national_rollup"))


STATIONS: tuple[tuple[str, Callable[[Night], StationCount]], ...] = (
    ("land", pull_and_land),
    ("read", read),
    ("door", door),
    ("build", build),
    ("reconcile", reconcile),
    ("facts", facts),
    ("release", release),
    ("marts", marts),
)


def _say_pulled(source_code: str, pulled: Pulled, run_key: int | None = None) -> Pulled:
    """A pull as a line of the log; a source that was not reached is a warning with its sentence."""
    say(
        "source_pulled", level="warning" if pulled.trouble else "info", run=run_key, source=source_code, rows_in=pulled.n_seen,
        rows_out=pulled.n_new, reason=pulled.trouble,
    )  # fmt: skip
    return pulled


def _follows(settings: Settings) -> Callable[[str, str], bool]:
    """Whether a unit succeeded another, by the register."""
    from ingestion.register import load_register

    register = load_register(settings.register)
    return lambda unit, other: register.succeeded_on(unit, other) is not None


def _rows(night: Night, table: str) -> int:
    from psycopg2 import sql

    with night.connection, night.connection.cursor() as cursor:
        cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(*table.split("."))))
        n_rows: int = single_value(cursor)
        return n_rows
