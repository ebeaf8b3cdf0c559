"""Flags of a night judged by what was planted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bench.planted_truth import Cell, Planted, number_written
from khuyencong.culprits.suspicions import SURE
from khuyencong.flags.queue import list_flags

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


MEASURES = ("planted", "flagged", "first", "top3", "sure", "given", "right")
SMALLEST_SHARE = 5  # one column of the five that a fund has
UNITS = (Decimal(1), Decimal(10**3), Decimal(10**6), Decimal(10**9))
FiledCell = tuple[str, str, str]  # path, sheet name, address


@dataclass(frozen=True)
class NightFlag:
    """One open flag: its report, the cells and projects of its verdicts, hypotheses as (confidence, cell → value, suggested)."""

    flag_id: str
    severity: str
    path: str
    report: tuple[str, str, str]
    cells: frozenset[FiledCell]
    projects: frozenset[str]
    hypotheses: tuple[tuple[float, Mapping[FiledCell, tuple[str, str | None]]], ...]

    @property
    def paths(self) -> frozenset[str]:
        """The files whose figures it compares or suspects."""
        named = (cell for _, cells in self.hypotheses for cell in cells)
        return frozenset({self.path, *(cell[0] for cell in self.cells), *(cell[0] for cell in named)})


def read_paths(cursor: Cursor) -> dict[int, str]:
    """submission_key → where its file lies below the inbox: unit folder and name."""
    cursor.execute("select submission_key, location from raw.submission inner join raw.receipt using (receipt_key)")
    return {key: "/".join(location.split("/")[-2:]) for key, location in cursor}


def read_flags(connection: Connection) -> list[NightFlag]:
    """Open flags in the order of `kc flags`."""
    order = {flag["flag_id"]: position for position, flag in enumerate(list_flags(connection))}
    with connection, connection.cursor() as cursor:
        path_of = read_paths(cursor)
        cursor.execute(
            """select flag_id, figure.submission_key, figure.sheet_name, figure.cell_address, figure.project_key
            from checks.flag_figure
            inner join staging.stg_figure as figure using (submission_key, sheet_code, row_number, column_name)"""
        )
        cells: dict[str, set[FiledCell]] = defaultdict(set)
        projects: dict[str, set[str]] = defaultdict(set)
        for flag_id, key, sheet, address, project in cursor:
            cells[flag_id].add((path_of[key], sheet, address))
            projects[flag_id] |= {project} if project else set()
        cursor.execute(
            """select flag_id, severity, submission_key, unit_key, form_code, period_end, alternatives
            from checks.flag where closed_run is null"""
        )
        found = [
            NightFlag(
                flag_id, severity, path_of[key], (unit_key, form_code, str(period_end)), frozenset(cells[flag_id]),
                frozenset(projects[flag_id]), tuple((h["confidence"], _named(h["cells"], path_of)) for h in alternatives),
            )
            for flag_id, severity, key, unit_key, form_code, period_end, alternatives in cursor
        ]  # fmt: skip
    return sorted(found, key=lambda flag: order[flag.flag_id])


def _named(cells: Iterable[dict[str, Any]], path_of: Mapping[int, str]) -> dict[FiledCell, tuple[str, str | None]]:
    return {(path_of[c["submission_key"]], c["sheet"], c["cell"]): (c["value"], c["suggested"]) for c in cells}


def judge(error: Planted, flags: Iterable[NightFlag]) -> dict[str, int]:
    """What one planted error came to: 0 or 1 by measure, of the flag that does best."""
    found = [_score(error, flag) for flag in flags]
    best = max(found, key=lambda score: [score[name] for name in MEASURES[1:]], default=dict.fromkeys(MEASURES, 0))
    return best | {"planted": 1}


def _score(error: Planted, flag: NightFlag) -> dict[str, int]:
    planted = filed_cells(error)
    right = [is_named(cells, planted) for _, cells in flag.hypotheses]
    score = dict.fromkeys(MEASURES, 0)
    score["flagged"] = int(bool(flag.cells & planted) or any(right) or (not planted and _is_about(flag, error)))
    score["first"], score["top3"] = int(right[:1] == [True]), int(any(right[:3]))
    if score["first"]:
        confidence, cells = flag.hypotheses[0]
        score["sure"] = int(confidence >= SURE)
        given = {cell[1:]: (value, meant) for cell, (value, meant) in cells.items() if meant is not None}
        score["given"] = int(len(given) == len(cells))
        score["right"] = int(bool(given) and _are_meant(error, given))
    return score


def _is_about(flag: NightFlag, error: Planted) -> bool:
    """Of an error without cells: its report is flagged, or the project that it is about, by a report of the same period."""
    is_its_project = bool(flag.projects & error.subjects) and flag.report[2] == error.period_end
    return flag.report == error.report or is_its_project


def filed_cells(error: Planted) -> frozenset[FiledCell]:
    """The cells of an error with the file that they stand in."""
    return frozenset((error.path, *cell) for cell in error.meant)


def is_named(named: Iterable[FiledCell], planted: frozenset[FiledCell]) -> bool:
    """One cell exactly; of a block nothing but it, a fifth at least: columns that broke no rule need not be named."""
    cells = frozenset(named)
    if len(planted) == 1:
        return cells == planted
    return len(planted) > 1 and len(cells) * SMALLEST_SHARE >= len(planted) and cells <= planted


def _are_meant(error: Planted, given: Mapping[Cell, tuple[str, str]]) -> bool:
    """Whether every suggested value is what was meant, within the digits of that, in one unit of the file.

    Suggestions are in đồng: a reported value in đồng beside the same figure as typed gives the unit of the file; where
    nothing was typed, any unit in which the suggestions are what was meant.
    """
    typed = [(Decimal(value), number_written(error.meant[cell][1])) for cell, (value, _) in given.items()]
    factors = [value / written for value, written in typed if value and written][:1] or UNITS
    return any(
        all(
            abs(Decimal(suggested) / factor - number_written(error.meant[cell][0])) <= _step(error.meant[cell])
            for cell, (_, suggested) in given.items()
        )
        for factor in factors
    )


def _step(texts: Sequence[str]) -> Decimal:
    """The worth of the last digit of what was meant."""
    return Decimal(1).scaleb(min(0, number_written(texts[0]).as_tuple().exponent))
