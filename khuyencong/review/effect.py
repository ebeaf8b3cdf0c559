"""What a reviewer's word does to the nation, before the rules judge: the rows that move, before and after.

The arithmetic is one SQL function, review.effect_of, by which the database also says which words need a
second name; here words become its arguments and its rows become documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khuyencong.review.decided_figures import DecidedFigure
from warehouse.rows import rows_by_name, single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor

Said = dict[str, Any]  # one (figure, rule): figure_key, rule_id, decision, corrected_value


@dataclass(frozen=True)
class NationalMove:
    """One national row, all activities and units together, of the currency or the indicator's unit.

    `share_pct` is how far the accepted figure moves, of what it is now (of the year's plan where it is nought); None when
    there is nothing to compare with.
    """

    budget_year: int
    period_end: date
    fund: str
    indicator_code: str
    measure: str
    is_money: bool
    accepted_before: Decimal
    accepted_after: Decimal
    disputed_before: Decimal
    disputed_after: Decimal
    share_pct: Decimal | None


def effect_of_figures(cursor: Cursor, flag_id: str, decision: str, figures: Sequence[DecidedFigure]) -> list[NationalMove]:
    """What a word that is not recorded yet would do, largest share first; beside the words that count already."""
    said = "correct" if decision == "apply" else decision
    added = [
        {"figure_key": figure.figure_key, "rule_id": figure.rule_id, "decision": said, "corrected_value": figure.corrected}
        for figure in figures
    ]
    before = _words_that_count(cursor, flag_id)
    return _moves(cursor, flag_id, before, _replacing(before, added))


def effect_of_signing(cursor: Cursor, flag_id: str, group_keys: Iterable[int]) -> list[NationalMove]:
    """What words that wait for a signature would do once they count."""
    cursor.execute(read_statement(__package__, "words_on_figures"), {"group_keys": list(group_keys)})
    added = list(rows_by_name(cursor))
    before = _words_that_count(cursor, flag_id)
    return _moves(cursor, flag_id, before, _replacing(before, added))


def effect_of_ending(cursor: Cursor, flag_id: str, decision_keys: Iterable[int]) -> list[NationalMove]:
    """What the end of decisions would do; nothing, of those that wait for a signature."""
    before = _words_that_count(cursor, flag_id)
    return _moves(cursor, flag_id, before, _words_that_count(cursor, flag_id, list(decision_keys)))


def read_limit(cursor: Cursor) -> Decimal:
    """The register's sign_share_pct: a word that moves a national row by more waits for a second name. 0 while it has none."""
    cursor.execute("select parameter_value from register.parameters where parameter_code = 'sign_share_pct'")
    row = cursor.fetchone()
    return row[0] if row else Decimal(0)


def needs_signature(moves: Iterable[NationalMove], limit: Decimal) -> bool:
    """Whether one of the rows moves too far for one name."""
    return any(move.share_pct is None or move.share_pct > limit for move in moves)


def _words_that_count(cursor: Cursor, flag_id: str, but: Sequence[int] = ()) -> list[Said]:
    cursor.execute("select review.words_that_count(%s, %s::bigint[])", (flag_id, list(but)))
    words: list[Said] = single_value(cursor)
    return words


def _replacing(before: Sequence[Said], added: Sequence[Said]) -> list[Said]:
    """The words before without those in whose place the added ones stand, and the added ones."""
    taken = {(one["figure_key"], one["rule_id"]) for one in added}
    return [one for one in before if (one["figure_key"], one["rule_id"]) not in taken] + list(added)


def _moves(cursor: Cursor, flag_id: str, before: Sequence[Said], after: Sequence[Said]) -> list[NationalMove]:
    as_text = [json.dumps(words, default=str, ensure_ascii=False) for words in (before, after)]
    cursor.execute("select * from review.effect_of(%s, %s, %s)", (flag_id, *as_text))
    return [NationalMove(*row) for row in cursor]
