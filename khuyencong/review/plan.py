"""What a reviewer's word is about before it is recorded: its cells, what it does to the nation, and whose words it meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from khuyencong.flags.proposals import Proposal, proposal_of
from khuyencong.review.decided_values import read_value
from khuyencong.review.decisions import FLAGGED, DecidedFigure, DecisionError, check_word, decided_figures
from khuyencong.review.effect import (
    NationalMove,
    effect_of_ending,
    effect_of_figures,
    effect_of_signing,
    needs_signature,
    read_limit,
)
from khuyencong.review.ends import StandingWord, pending_words, standing_words, words_to_end

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
    figures: tuple[DecidedFigure, ...]
    nation: tuple[NationalMove, ...]
    earlier: tuple[StandingWord, ...]
    proposal: Proposal | None
    limit_pct: Decimal
    needs_name: bool
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
    cursor: Any,
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
    limit = read_limit(cursor)
    common = {"flag_id": flag_id, "word": word, "flag": flag, "proposal": proposal_of(cursor, flag_id), "limit_pct": limit}
    if word in ("sign", "revoke"):
        if value is not None or until is not None or is_block:
            raise DecisionError(f"`{word}` takes a reason and nothing else (revoke: --cell).")
        if word == "sign":
            words = pending_words(cursor, flag_id)
            groups = tuple(one.group_key for one in words)
            moves = effect_of_signing(cursor, flag_id, groups)
            return Plan(**common, figures=(), nation=tuple(moves), earlier=tuple(words), needs_name=False, signs=groups)
        figure_key = _figure_of(cursor, flag_id, cell)
        found = words_to_end(cursor, flag_id, figure_key)
        ends = tuple(key for _, keys in found for key in keys)
        moves = effect_of_ending(cursor, flag_id, ends)
        return Plan(**common, figures=(), nation=tuple(moves), earlier=tuple(one for one, _ in found), needs_name=False, ends=ends)
    if is_block and word != "apply":
        raise DecisionError("--block belongs to `apply`.")
    check_word(word, value, until)
    figure_key = _figure_of(cursor, flag_id, cell)
    # the value last: which cell it is about says in which unit it is read
    unread = None if value is None else Decimal(0)
    figures = decided_figures(cursor, flag_id, word, unread, figure_key=figure_key, is_block=is_block)
    number = None if value is None else read_value(value, figures[0].is_money, figures[0].factor)
    if number is not None:
        figures = [DecidedFigure(**{**vars(figure), "corrected": number}) for figure in figures]
    moves = effect_of_figures(cursor, flag_id, word, figures)
    keys = {figure.figure_key for figure in figures}
    return Plan(
        **common, figures=tuple(figures), nation=tuple(moves), earlier=tuple(standing_words(cursor, flag_id, keys)),
        needs_name=needs_signature(moves, limit), value=number,
        figure_key=figures[0].figure_key if word == "correct" else figure_key, until=until,
    )  # fmt: skip


def _flag(cursor: Any, flag_id: str) -> dict[str, Any]:
    cursor.execute(
        """select unit_key, form_code, to_char(period_end, 'YYYY-MM'), severity, closed_run is null from checks.flag
        where flag_id = %s""",
        (flag_id,),
    )
    row = cursor.fetchone()
    if row is None:
        raise DecisionError(f"There is no flag {flag_id!r}; `kc flags` lists them.", "flag_closed")
    return dict(zip(("unit_key", "form", "period", "severity", "is_open"), row, strict=True))


def _figure_of(cursor: Any, flag_id: str, cell: str | None) -> str | None:
    """The figure of a cell that somebody typed: A12, or Sheet!A12; None when none was. Raises DecisionError."""
    if cell is None:
        return None
    cursor.execute(FLAGGED, {"flag": flag_id})
    figures = [DecidedFigure(*row) for row in cursor]
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
