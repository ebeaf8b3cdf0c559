"""A reviewer's word on a flag: one row a (figure, rule) of the flag, against the value that was reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg2.errors import InsufficientPrivilege
from psycopg2.extras import execute_values

from khuyencong.flags.priority import IS_MONEY, MONEY_JOIN
from khuyencong.flags.proposals import proposal_of

WORDS = ("confirm", "waive", "correct", "apply")
COLUMNS = (
    "flag_id", "figure_key", "rule_id", "rule_terms_hash", "reported_value", "decision", "corrected_value", "reason",
    "until_date", "decided_at",
)  # fmt: skip

# The figures of a flag under each of its rules, each once, in the submission that the flag is about where it is there.
FLAGGED = f"""
    select distinct on (flag_figure.figure_key, flag_figure.rule_id) flag_figure.figure_key, flag_figure.rule_id,
        rule.terms_hash, figure.value, flag_figure.is_suspected, figure.submission_key, figure.sheet_name,
        figure.cell_address, figure.factor,
        {IS_MONEY}
    from checks.flag_figure
    inner join checks.flag using (flag_id)
    inner join register.rule using (rule_id)
    inner join staging.stg_figure as figure
        on (flag_figure.submission_key, flag_figure.sheet_code, flag_figure.row_number, flag_figure.column_name)
        = (figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name)
    {MONEY_JOIN}
    where flag_figure.flag_id = %(flag)s
    order by flag_figure.figure_key, flag_figure.rule_id,
        flag_figure.submission_key <> flag.submission_key, flag_figure.submission_key desc"""

# Figures that the engine proposes to correct and that no rule of the flag names, under the first of its rules.
BESIDE = f"""
    select figure.figure_key, first_rule.rule_id, first_rule.terms_hash, figure.value, true, figure.submission_key,
        figure.sheet_name, figure.cell_address, figure.factor,
        {IS_MONEY}
    from staging.stg_figure as figure
    cross join (
        select rule_id, terms_hash from checks.flag_figure inner join register.rule using (rule_id)
        where flag_id = %(flag)s order by rule_id limit 1
    ) as first_rule
    {MONEY_JOIN}
    where (figure.submission_key, figure.figure_key) in %(places)s
    order by figure.figure_key"""


class DecisionError(ValueError):
    """A decision that cannot be taken; the message says why and what to do, `code` is its name for programs."""

    def __init__(self, sentence: str, code: str = "not_understood") -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class DecidedFigure:
    """One figure under one rule as a word is about it: `reported` and `corrected` in đồng or the indicator's unit."""

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


def decide(connection: Any, *word: Any, **more: Any) -> int:
    """Record a reviewer's word in a transaction of its own; arguments and errors of `write_decision`."""
    with connection, connection.cursor() as cursor:
        return write_decision(cursor, *word, **more)


def write_decision(
    cursor: Any,
    flag_id: str,
    decision: str,
    reason: str,
    value: Decimal | None = None,
    until: date | None = None,
    *,
    decided_at: datetime,
    figure_key: str | None = None,
    is_block: bool = True,
    decided_by: str | None = None,
    carried_from: str | None = None,
) -> int:
    """Record `confirm`, `waive`, `correct` or `apply` on an open flag; returns the number of rows written, which are one word.

    value        the true value in đồng or the indicator's unit, for `correct` only
    until        last day of a waiver
    figure_key   which figure a correction is about, when the flag suspects several
    is_block     whether `apply` may correct more than one cell
    decided_by   the login of the reviewer whose word another login carries, from the page `carried_from` that asked for it

    Who decides is the database login, unless an answer is carried. That it is a reviewer's, and not the sender's, is judged by
    the database (review.guard_decision), whose refusal becomes a DecisionError like any other; so is whether the word counts or
    waits for a second reviewer (review.decision_state). The cursor's transaction is to be rolled back after an error.
    """
    check_word(decision, value, until)
    if not reason.strip():
        raise DecisionError("A decision needs its reason (--reason).", "no_reason")
    if (decided_by is None) != (carried_from is None):
        raise ValueError("An answer is carried for somebody and from somewhere.")
    figures = decided_figures(cursor, flag_id, decision, value, figure_key=figure_key, is_block=is_block)
    # A reviewer's own login may not even name the columns of a carried answer.
    carried = {"decided_by": decided_by, "carried_from": carried_from} if carried_from is not None else {}
    said = "correct" if decision == "apply" else decision
    written = [
        (flag_id, figure.figure_key, figure.rule_id, figure.terms_hash, figure.reported, said, figure.corrected, reason, until,
         decided_at, *carried.values())
        for figure in figures
    ]  # fmt: skip
    try:
        # One statement, so that the database weighs the word as a whole.
        execute_values(
            cursor, f"insert into review.decision ({', '.join([*COLUMNS, *carried])}) values %s", written, page_size=len(written)
        )
    except InsufficientPrivilege as refusal:
        raise DecisionError(refusal.diag.message_primary, refusal.diag.constraint_name or "refused") from refusal
    return len(figures)


def check_word(decision: str, value: Any, until: date | None) -> None:
    """Raise DecisionError for a word that does not exist, or that cannot be said so."""
    if decision not in WORDS:
        raise DecisionError(f"A decision is one of {', '.join(WORDS)}, not {decision!r}.")
    if (decision == "correct") != (value is not None):
        raise DecisionError("--value belongs to `correct`, and `correct` needs it.")
    if until is not None and decision != "waive":
        raise DecisionError("--until belongs to `waive`.")


def decided_figures(
    cursor: Any,
    flag_id: str,
    decision: str,
    value: Decimal | None = None,
    *,
    figure_key: str | None = None,
    is_block: bool = True,
) -> list[DecidedFigure]:
    """The (figure, rule) pairs that a word on an open flag is about, `corrected` filled in; as `write_decision`."""
    cursor.execute("select closed_run from checks.flag where flag_id = %s", (flag_id,))
    row = cursor.fetchone()
    if row is None:
        raise DecisionError(f"There is no flag {flag_id!r}; `kc flags` lists them.", "flag_closed")
    if row[0] is not None:
        raise DecisionError(f"The flag {flag_id} is closed since run {row[0]}.", "flag_closed")
    cursor.execute(FLAGGED, {"flag": flag_id})
    figures = [DecidedFigure(*found) for found in cursor]
    if decision == "apply":
        figures = _proposed(cursor, flag_id, figures, is_block)
    elif decision == "correct":
        figures = [_with(figure, value) for figure in _of_one_figure(figures, figure_key)]
    elif figure_key is not None:
        figures = [figure for figure in figures if figure.figure_key == figure_key]
    if not figures:
        raise DecisionError("This flag names no figure that can be decided on.", "no_figure")
    return figures


def _with(figure: DecidedFigure, value: Decimal | None) -> DecidedFigure:
    return DecidedFigure(**{**vars(figure), "corrected": value})


def _proposed(cursor: Any, flag_id: str, flagged: Sequence[DecidedFigure], is_block: bool) -> list[DecidedFigure]:
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
        cursor.execute(BESIDE, {"flag": flag_id, "places": tuple(sorted(left))})
        there += [DecidedFigure(*found) for found in cursor]
    return [_with(figure, proposal.values[figure.submission_key, figure.figure_key]) for figure in there]


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
