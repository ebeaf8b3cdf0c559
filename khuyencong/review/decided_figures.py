"""The figures that a reviewer's word on a flag is about, each under each rule of the flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from khuyencong.flags.proposals import proposal_of
from warehouse.rows import rows_by_name
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


class DecisionError(ValueError):
    """A decision that cannot be taken; the message says why and what to do, `code` is its name for programs."""

    def __init__(self, sentence: str, code: str = "not_understood") -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class DecidedFigure:
    """One figure under one rule as a word is about it: `reported` and `corrected` of the currency or the indicator's unit."""

    figure_key: str
    rule_id: str
    terms_hash: str
    reported: Decimal | None
    is_suspected: bool
    submission_key: int
    sheet_name: str | None
    cell_address: str | None
    factor: Decimal
    is_money: bool
    corrected: Decimal | None = None

    @property
    def cell(self) -> str:
        """Its place as people name it: sheet!cell."""
        return f"{self.sheet_name}!{self.cell_address}"


def flagged_figures(cursor: Cursor, flag_id: str) -> list[DecidedFigure]:
    """The figures of a flag under each of its rules, in the submission that the flag is about where they are there."""
    cursor.execute(read_statement(__package__, "flagged_figures"), {"flag_id": flag_id})
    return [DecidedFigure(**row) for row in rows_by_name(cursor)]


def decided_figures(
    cursor: Cursor,
    flag_id: str,
    decision: str,
    value: Decimal | None = None,
    *,
    figure_key: str | None = None,
    is_block: bool = True,
) -> list[DecidedFigure]:
    """The (figure, rule) pairs that a word on an open flag is about, `corrected` filled in.

    value        the true value of the currency or the indicator's unit, for `correct` only
    figure_key   which figure a correction is about, when the flag suspects several
    is_block     whether `apply` may correct more than one cell

    Raises DecisionError where the flag is closed, or names no such figure, or too many.
    """
    cursor.execute("select closed_run from checks.flag where flag_id = %s", (flag_id,))
    row = cursor.fetchone()
    if row is None:
        raise DecisionError(f"There is no flag {flag_id!r}; `kc flags` lists them.", "flag_closed")
    if row[0] is not None:
        raise DecisionError(f"The flag {flag_id} is closed since run {row[0]}.", "flag_closed")
    figures = flagged_figures(cursor, flag_id)
    if decision == "apply":
        figures = _proposed(cursor, flag_id, figures, is_block)
    elif decision == "correct":
        figures = [replace(figure, corrected=value) for figure in _of_one_figure(figures, figure_key)]
    elif figure_key is not None:
        figures = [figure for figure in figures if figure.figure_key == figure_key]
    if not figures:
        raise DecisionError("This flag names no figure that can be decided on.", "no_figure")
    return figures


def _proposed(cursor: Cursor, flag_id: str, flagged: Sequence[DecidedFigure], is_block: bool) -> list[DecidedFigure]:
    """What the engine proposes, each figure with the value that it probably meant."""
    proposal = proposal_of(cursor, flag_id)
    if proposal is None:
        raise DecisionError(
            "The engine proposes no correction of this flag. Name the cell and its value: correct --cell CELL --value V.",
            "no_proposal",
        )
    if len(proposal.values) > 1 and not is_block:
        raise DecisionError(
            f"The engine proposes to correct {len(proposal.values)} cells at once; add --block to apply them all.", "needs_block"
        )
    there = [figure for figure in flagged if (figure.submission_key, figure.figure_key) in proposal.values]
    left = set(proposal.values) - {(figure.submission_key, figure.figure_key) for figure in there}
    if left:
        submission_keys, figure_keys = zip(*sorted(left), strict=True)
        cursor.execute(
            read_statement(__package__, "figures_beside"),
            {"flag_id": flag_id, "submission_keys": list(submission_keys), "figure_keys": list(figure_keys)},
        )
        there += [DecidedFigure(**row) for row in rows_by_name(cursor)]
    return [replace(figure, corrected=proposal.values[figure.submission_key, figure.figure_key]) for figure in there]


def _of_one_figure(figures: Sequence[DecidedFigure], figure_key: str | None) -> list[DecidedFigure]:
    """The rows of the figure that a correction is about: the one named, else the only one suspected."""
    keys = {figure.figure_key for figure in figures if figure.is_suspected} if figure_key is None else {figure_key}
    if len(keys) != 1:
        cells = list(dict.fromkeys(figure.cell for figure in figures if figure.figure_key in keys))
        listed = ", ".join(cells[:6]) + (f" and {len(cells) - 6} more" if len(cells) > 6 else "")
        raise DecisionError(
            f"A correction is about one figure; this flag suspects {len(keys)}: {listed or 'none'}. Name one (--cell).",
            "several_figures",
        )
    return [figure for figure in figures if figure.figure_key in keys]
