"""Nights on sample nations with many planted errors, each in a home and warehouse of its own, and what they said."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from bench.planted_flags import FiledCell, NightFlag, read_flags, read_paths
from bench.planted_truth import Planted, read_planted
from expectations.reconciliation.problem import reconcile
from khuyencong.culprits.asking import is_too_large
from khuyencong.culprits.problems import parts_of
from khuyencong.culprits.rows import read_reports
from khuyencong.culprits.suspects import SuspectProblem
from warehouse.settings import Settings

if TYPE_CHECKING:
    from warehouse.connections import Connection


LAST_STATION = "reconcile"  # flags are raised there; what follows adds them up


@dataclass(frozen=True)
class Part:
    """Failed verdicts that hang together: the cells they mark, and the minimal sets (None: too many to be asked)."""

    cells: frozenset[FiledCell]
    minimal_sets: tuple[frozenset[FiledCell], ...] | None


@dataclass(frozen=True)
class JudgedNight:
    """What a night said, beside what was planted: errors, flags, parts for the baselines, the files that were judged."""

    errors: list[Planted]
    flags: list[NightFlag]
    parts: list[Part]
    judged: dict[str, tuple[str, str, str]]  # path → unit, form, period
    successors: dict[str, set[str]]  # unit → those that took it in


def judge_nation(settings: Settings, seed: int, each: int, until: date) -> JudgedNight:
    """Write a nation with `each` errors of every kind of wrong figures, run its night to the flags, read what it said.

    In a home and warehouse of its own, deleted afterwards.
    """
    from khuyencong.night.nightly import open_run, run_one_station
    from khuyencong.night.stations import STATIONS
    from samples.errors_in_cells import CELL_KINDS
    from samples.nation import write_nation
    from samples.scenario import SCENARIO
    from warehouse.address import connect
    from warehouse.opening import find_warehouse

    planted = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))["planted"] | dict.fromkeys(CELL_KINDS, each)
    with _own_home(settings) as own:
        nation = write_nation(own.inbox, seed=seed, until=until, planted=planted)
        run_key = open_run(own, nation.as_of, nation.as_of, "bench")
        for name, _ in STATIONS:
            run_one_station(own, run_key, name, nation.as_of)
            if name == LAST_STATION:
                break
        connection = connect(find_warehouse(own))
        try:
            return read_night(connection, own.inbox / "truth" / "errors.csv")
        finally:
            connection.close()


@contextmanager
def _own_home(settings: Settings) -> Iterator[Settings]:
    from warehouse.opening import discard_warehouse

    home = Path(tempfile.mkdtemp(prefix="kc-bench-"))
    own = replace(settings, home=home, inbox=home / "inbox", database_url=None)
    try:
        yield own
    finally:
        discard_warehouse(own)
        shutil.rmtree(home, ignore_errors=True)


def read_night(connection: Connection, truth: Path, *, asks_baselines: bool = True) -> JudgedNight:
    """What the last night on a warehouse said; the parts are left out unless the baselines are asked for."""
    flags = read_flags(connection)
    with connection, connection.cursor() as cursor:
        path_of = read_paths(cursor)
        reports = read_reports(cursor) if asks_baselines else []
        cursor.execute(
            """select submission_key, unit_key, form_code, period_end from staging.stg_submission
            where door_verdict = 'accept'"""
        )
        judged = {path_of[key]: (unit_key, form_code, str(end)) for key, unit_key, form_code, end in cursor}
        successors: dict[str, set[str]] = defaultdict(set)
        cursor.execute(
            """select predecessor_key, successor_key
            from register.succession_step(release.register_table(null, 'successions'))"""
        )
        for before, after in cursor:
            successors[before].add(after)
    parts = [_part(part, path_of) for report in reports for part in parts_of(report)]
    return JudgedNight(read_planted(truth), flags, parts, judged, dict(successors))


def _part(problem: SuspectProblem, path_of: Mapping[int, str]) -> Part:
    at = {
        place: (path_of[place[0]], cell.sheet_name or "", cell.cell_address or "")
        for place, cell in problem.cells.items()
    }
    marked = frozenset(at[place] for verdict in problem.failed for place, _ in verdict.terms if place in at)
    if is_too_large(problem):
        return Part(marked, None)
    answer = reconcile(problem.as_json())["records"][0]
    places = list(problem.cells)
    sets = tuple(frozenset(at[places[int(name[1:])]] for name in cells) for cells in answer["minimal_sets"] if cells)
    return Part(marked, None if answer["gave_up"] else sets)
