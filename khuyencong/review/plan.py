"""What a reviewer's word is about before it is recorded: its cells, what it does to the nation, and whose words it meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khuyencong.flags.proposals import Proposal, proposal_of
from khuyencong.review.decided_figures import DecidedFigure, DecisionError, decided_figures, flagged_figures
from khuyencong.review.decided_values import read_value
from khuyencong.review.decisions import check_word
from khuyencong.review.effect import (
    NationalMove,
    effect_of_ending,
    effect_of_figures,
    effect_of_signing,
    needs_signature,
    read_limit,
)
from khuyencong.review.ends import StandingWord, pending_words, standing_words, words_to_end
from warehouse.rows import rows_by_name

if TYPE_CHECKING:
    from warehouse.connections import Cursor

WORDS = ("confirm", "waive", "correct", "apply", "sign", "revoke")
MOST_NAMED = 6


@dataclass(frozen=True)
class Plan:
    """A word that may be recorded. `figures` are (figure, rule) pairs, `earlier` words that stand on the flag or its figures.

    `signs` are the groups that a signature is put under, `ends` the decisions that a revocation ends. `needs_name`: the word
    would wait for a second reviewer, because a row of `nation` moves by more than `limit_pct`.
    """

    flag_id: str
    word: str
    proposal: Proposal | None
    limit_pct: Decimal
    figures: tuple[DecidedFigure, ...] = ()
    nation: tuple[NationalMove, ...] = ()
    earlier: tuple[StandingWord, ...] = ()
    needs_name: bool = False
    value: Decimal | None = None
    figure_key: str | None = None
    until: date | None = None
    signs: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    flag: dict[str, Any] = field(default_factory=dict)

    @property
    def contradicts_engine(self) -> bool:
        """A waiver of figures for which the engine proposes other values."""
        return self.word == "waive" and self.proposal is not None

    def replaces(self, word: StandingWord) -> bool:
        """Whether this word takes the place of (part of) an earlier one, or corrects a figure over it."""
        mine = {figure.figure_key for figure in self.figures}
        return self.word not in ("sign", "revoke") and not mine.isdisjoint(word.figure_keys)


def plan_word(
    cursor: Cursor,
    flag_id: str,
    word: str,
    *,
    value: str | None = None,
    cell: str | None = None,
    is_block: bool = False,
    until: date | None = None,
) -> Plan:
    """The plan of a word on a flag (its whole flag_id); `value` and `cell` as typed.

    Raises DecisionError for a word that cannot be said, AnswerRefused for a value that is not clear.
    """
    if word not in WORDS:
        raise DecisionError(f"A decision is one of {', '.join(WORDS)}, not {word!r}.")
    flag = _flag(cursor, flag_id)
    plan = Plan(flag_id, word, proposal_of(cursor, flag_id), read_limit(cursor), flag=flag)
    if word in ("sign", "revoke"):
        if value is not None or until is not None or is_block:
            raise DecisionError(f"`{word}` takes a reason and nothing else (revoke: --cell).")
        return _signing(cursor, plan) if word == "sign" else _ending(cursor, plan, _figure_of(cursor, flag_id, cell))
    if is_block and word != "apply":
        raise DecisionError("--block belongs to `apply`.")
    check_word(word, value, until)
    figure_key = _figure_of(cursor, flag_id, cell)
    # the value last: which cell it is about says in which unit it is read
    unread = None if value is None else Decimal(0)
    figures = decided_figures(cursor, flag_id, word, unread, figure_key=figure_key, is_block=is_block)
    number = None if value is None else read_value(value, figures[0].is_money, figures[0].factor)
    if number is not None:
        figures = [replace(figure, corrected=number) for figure in figures]
    moves = effect_of_figures(cursor, flag_id, word, figures)
    keys = {figure.figure_key for figure in figures}
    return replace(
        plan, figures=tuple(figures), nation=tuple(moves), earlier=tuple(standing_words(cursor, flag_id, keys)),
        needs_name=needs_signature(moves, plan.limit_pct), value=number,
        figure_key=figures[0].figure_key if word == "correct" else figure_key, until=until,
    )  # fmt: skip


def _signing(cursor: Cursor, plan: Plan) -> Plan:
    words = pending_words(cursor, plan.flag_id)
    groups = tuple(word.group_key for word in words)
    moves = effect_of_signing(cursor, plan.flag_id, groups)
    return replace(plan, nation=tuple(moves), earlier=tuple(words), signs=groups)


def _ending(cursor: Cursor, plan: Plan, figure_key: str | None) -> Plan:
    found = words_to_end(cursor, plan.flag_id, figure_key)
    ends = tuple(key for _, keys in found for key in keys)
    moves = effect_of_ending(cursor, plan.flag_id, ends)
    return replace(plan, nation=tuple(moves), earlier=tuple(word for word, _ in found), ends=ends)


def _flag(cursor: Cursor, flag_id: str) -> dict[str, Any]:
    cursor.execute(
        """select unit_key, form_code as form, to_char(period_end, 'YYYY-MM') as period, severity, closed_run is null as is_open
        from checks.flag where flag_id = %s""",
        (flag_id,),
    )
    flag = next(rows_by_name(cursor), None)
    if flag is None:
        raise DecisionError(f"There is no flag {flag_id!r}; `kc flags` lists them.", "flag_closed")
    return flag


def _figure_of(cursor: Cursor, flag_id: str, cell: str | None) -> str | None:
    """The figure of a cell that somebody typed: A12, or Sheet!A12; None when none was. Raises DecisionError."""
    if cell is None:
        return None
    figures = flagged_figures(cursor, flag_id)
    wanted = cell.strip().casefold()
    found = {
        figure.figure_key: figure
        for figure in figures
        if wanted in ((figure.cell_address or "").casefold(), figure.cell.casefold(), figure.figure_key.casefold())
    }
    if len(found) == 1:
        return next(iter(found))
    shown = _named(list(found.values()) or [figure for figure in figures if figure.is_suspected])
    if found:
        raise DecisionError(f"{cell!r} is in {len(found)} sheets or reports: {shown}. Name its sheet too.", "several_figures")
    raise DecisionError(f"Flag {flag_id} names no cell {cell!r}. It suspects {shown}.", "no_figure")


def _named(figures: Sequence[DecidedFigure]) -> str:
    cells = list(dict.fromkeys(figure.cell for figure in figures))
    return ", ".join(cells[:MOST_NAMED]) + (f" and {len(cells) - MOST_NAMED} more" if len(cells) > MOST_NAMED else "")
