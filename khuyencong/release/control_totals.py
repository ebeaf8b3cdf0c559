"""Control totals: what a station took in and what it accounts for, in rows and in amounts, kept as rows of the night.

A station whose totals do not close fails: nothing of a province's may get lost without a word. Each station has a statement in
khuyencong/release/controls that gives its controls; those of the station `release` are counted inside its transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING

from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor

STATEMENTS = files("khuyencong.release").joinpath("controls")
# What must be on record before a release is opened, station by station.
BEFORE_RELEASE = ("land", "read", "door", "build", "reconcile", "facts")
CONTRIBUTIONS, REPORTS = "contributions of tonight", "reports of tonight"


class ControlError(RuntimeError):
    """A control total does not close: our fault. The message says which, where, and by how much."""


@dataclass(frozen=True)
class Control:
    """One control: rows and amounts (of the currency, or the indicator's unit) that came in and that are accounted for.

    `n_apart` parts differ, of which `example` is one; both sides may add up although parts differ.
    """

    control: str
    rows_in: int
    rows_out: int
    amount_in: Decimal
    amount_out: Decimal
    n_apart: int = 0
    example: str = ""

    @property
    def is_closed(self) -> bool:
        return self.rows_in == self.rows_out and self.amount_in == self.amount_out and self.n_apart == 0

    @property
    def sentence(self) -> str:
        amounts = [f"{Decimal(amount):,f}" for amount in (self.amount_in, self.amount_out)]
        where = f", first at {self.example}" if self.example else ""
        return (
            f"control total '{self.control}': {self.rows_in:,} rows and {amounts[0]} came in, {self.rows_out:,} rows and "
            f"{amounts[1]} are accounted for; {self.n_apart:,} parts differ{where}"
        )


def count_station(cursor: Cursor, station: str) -> list[Control]:
    """The controls of a station, counted now; none for a station that has no statement."""
    statement = STATEMENTS.joinpath(f"{station}.sql")
    if not statement.is_file():
        return []
    # The planner takes tables that were just filled for small ones.
    cursor.execute("set local enable_nestloop = off")
    cursor.execute(statement.read_text(encoding="utf-8"))
    controls = [Control(*row) for row in cursor.fetchall()]
    cursor.execute("set local enable_nestloop = on")
    return controls + (_as_made(cursor) if station == "facts" else [])


def keep_controls(cursor: Cursor, run_key: int, station: str, controls: Iterable[Control]) -> None:
    """Write the controls of a station on the run; those of an earlier try are replaced. Raises ControlError if one is open."""
    cursor.execute("delete from release.control_total where run_key = %s and station = %s", (run_key, station))
    controls = list(controls)
    statement = read_statement(__package__, "keep_control")
    for each in controls:
        cursor.execute(statement, {"run_key": run_key, "station": station, **asdict(each)})
    refuse_open(station, controls)


def refuse_open(station: str, controls: Iterable[Control]) -> None:
    """Raises ControlError with a sentence for each control that is open."""
    open_ones = [each.sentence for each in controls if not each.is_closed]
    if open_ones:
        follows = (
            "The release stands, and the marts do not show it: let nobody read them"
            if station == "marts"
            else "Nothing is released; last night's figures stand"
        )
        raise ControlError(
            f"Station {station} does not account for all that it took in. Our failure: {'; '.join(open_ones)}. {follows}. "
            "See docs/operations.md, Control totals."
        )


def refuse_unaccounted(cursor: Cursor, run_key: int) -> None:
    """Raises ControlError unless every station before the release closed, and tonight's facts are still what they left.

    The facts are counted again: between two stations a server may have lost them.
    """
    cursor.execute(
        "select station, control, rows_in, rows_out, amount_in, amount_out, n_apart, example from release.control_total"
        " where run_key = %s",
        (run_key,),
    )
    kept: dict[str, list[Control]] = {}
    for station, *rest in cursor.fetchall():
        kept.setdefault(station, []).append(Control(*rest))
    for station in BEFORE_RELEASE:
        if station not in kept:
            raise ControlError(
                f"Station {station} left no control totals of run {run_key}, so nothing is released. Our failure. Run the night "
                "again: `kc nightly --rebuild`."
            )
        refuse_open(station, kept[station])
    made = {each.control: each for each in kept["facts"]}
    for now in _as_made(cursor):
        before = made.get(now.control)
        if before is None or (now.rows_in, now.amount_in) != (before.rows_in, before.amount_in):
            was = f"{before.rows_in:,} rows, {before.amount_in:,f}" if before else "nothing"
            raise ControlError(
                f"Station facts left {was} ({now.control}), and now there are {now.rows_in:,} rows, {now.amount_in:,f}: they were "
                "lost or changed in between, so nothing is released. Our failure. Run the night again: `kc nightly --rebuild`."
            )


def _as_made(cursor: Cursor) -> list[Control]:
    cursor.execute(read_statement(__package__, "count_tonight"), {"contributions": CONTRIBUTIONS, "reports": REPORTS})
    return [Control(name, n_rows, n_rows, Decimal(amount), Decimal(amount)) for name, n_rows, amount in cursor.fetchall()]
