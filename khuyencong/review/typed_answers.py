"""What was typed on a page about one flag, read as a reviewer's word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from khuyencong.review.decided_values import read_value
from khuyencong.review.decisions import Word
from khuyencong.review.words import OFFERED, STILL_HELD, AnswerRefused

FIELDS = ("choice", "cell", "value", "reason")  # of each flag, named <field>_<flag_id>


def given_for(fields: Mapping[str, Any], flag_id: str) -> dict[str, str]:
    """What was typed for a flag, as text that the database can keep, without spaces around it; empty where nothing was."""
    typed = {name: fields.get(f"{name}_{flag_id}") for name in FIELDS}
    return {name: "" if value is None else storable(str(value)) for name, value in typed.items()}


def storable(text: str) -> str:
    """Text as the database can keep it, without spaces around it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()


def word_of(given: Mapping[str, str], figures: Sequence[Mapping[str, Any]], asks: str = "flag") -> Word | None:
    """The decision that was chosen, None for "still held". Raises AnswerRefused for one that is not complete or not clear.

    given    from `given_for`
    figures  the suspected figures as the page showed them (review.request.shown)
    asks     what the page asked (review.request.asks): only what it offered can be chosen
    """
    choice = given["choice"] or STILL_HELD
    if choice not in OFFERED[asks]:
        raise AnswerRefused("choice_unknown", written=choice)
    if choice == STILL_HELD:
        return None
    if not given["reason"]:
        raise AnswerRefused("no_reason")
    if choice != "correct":
        if given["value"]:
            raise AnswerRefused("value_not_wanted", written=given["value"])
        return Word(choice, given["reason"])
    chosen = figures
    if len(figures) > 1:
        chosen = [figure for place, figure in enumerate(figures, 1) if str(place) == given["cell"]]
    if len(chosen) != 1:
        raise AnswerRefused("several_figures")
    value = read_value(given["value"], chosen[0]["is_money"], Decimal(chosen[0].get("factor", 1)))
    return Word(choice, given["reason"], value, chosen[0]["figure_key"])
