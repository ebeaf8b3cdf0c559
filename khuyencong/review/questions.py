"""What is asked on a page: its questions with their figures, and the words that may be ended on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from khuyencong.review.ends import StandingWord
from khuyencong.review.outlooks import Outlook


@dataclass(frozen=True)
class ShownFigure:
    """One suspected figure as a page shows it; `value` of the currency or the indicator's unit, `cell` is file#sheet!address.

    `factor` is the unit that its cell was written in.
    """

    figure_key: str
    cell: str
    name_vi: str
    name_en: str
    value: Decimal | None
    is_money: bool
    factor: Decimal = Decimal(1)


@dataclass(frozen=True)
class Question:
    """One flag on a page: its place there (1 is first), a row of `list_flags`, and what became of the question before.

    `asks` is what is asked (review.request.asks), `words` the words of reviewers on it, `outlooks` what the choices would do to
    the nation. `refusal` are the sentences (vi, en) by which the last answer about this flag was refused, `reason` its reason.
    """

    place: int
    flag: dict[str, Any]
    figures: tuple[ShownFigure, ...]
    n_asked: int = 0
    refusal: tuple[str, str] | None = None
    reason: str = ""
    asks: str = "flag"
    words: tuple[StandingWord, ...] = ()
    outlooks: tuple[Outlook, ...] = ()


@dataclass(frozen=True)
class ShownWord:
    """A word that counts, on a flag of the period (`label`: unit and form), and what its end would do to the nation."""

    flag_id: str
    label: str
    word: StandingWord
    ending: Outlook


@dataclass(frozen=True)
class Page:
    """What is asked of one period at once; `n_more` flags wait behind these. `is_shown` when Airflow shows it already.

    `words` are the newest words that count, on other flags of the period: they may be ended on the page.
    """

    asked_from: str
    period: str
    release_number: int | None
    asked_at: datetime
    answer_until: datetime
    n_more: int
    is_shown: bool
    questions: tuple[Question, ...]
    words: tuple[ShownWord, ...] = ()
