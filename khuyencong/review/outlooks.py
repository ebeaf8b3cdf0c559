"""What the choices of a review page would do to the nation, before the rules judge."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from khuyencong.review.decided_figures import DecisionError, decided_figures
from khuyencong.review.effect import (
    NationalMove,
    effect_of_ending,
    effect_of_figures,
    effect_of_signing,
    needs_signature,
    read_limit,
)
from khuyencong.review.ends import pending_words, words_to_end

if TYPE_CHECKING:
    from warehouse.connections import Cursor


@dataclass(frozen=True)
class Outlook:
    """What a choice would do to the nation, before the rules judge; `needs_name`: it would wait for a second reviewer."""

    choice: str
    moves: tuple[NationalMove, ...]
    needs_name: bool


def outlooks_of(cursor: Cursor, flag_id: str, asks: str) -> tuple[Outlook, ...]:
    """What the choices of a question (`asks`, as review.request.asks) would do to the nation, each that can be made."""
    limit = read_limit(cursor)
    moves: dict[str, list[NationalMove]] = {}
    with contextlib.suppress(DecisionError):
        if asks == "signature":
            moves["sign"] = effect_of_signing(cursor, flag_id, [word.group_key for word in pending_words(cursor, flag_id)])
        else:
            moves["waive"] = effect_of_figures(cursor, flag_id, "waive", decided_figures(cursor, flag_id, "waive"))
            moves["apply"] = effect_of_figures(cursor, flag_id, "apply", decided_figures(cursor, flag_id, "apply"))
    return tuple(
        Outlook(choice, tuple(found), choice in ("waive", "apply") and needs_signature(found, limit))
        for choice, found in moves.items()
    )


def ending_of(cursor: Cursor, flag_id: str) -> Outlook:
    """What the end of the words on a flag would do to the nation."""
    ends = [key for _, keys in words_to_end(cursor, flag_id) for key in keys]
    return Outlook("revoke", tuple(effect_of_ending(cursor, flag_id, ends)), False)
