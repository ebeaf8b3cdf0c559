"""What the reviewers are asked: the top of the queue of a period on a page, one row a flag in review.request."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khuyencong.flags.queue import list_flags
from khuyencong.review.ends import StandingWord, standing_words
from khuyencong.review.outlooks import Outlook, ending_of, outlooks_of
from khuyencong.review.questions import Page, Question, ShownFigure, ShownWord
from warehouse.rows import rows_by_name, single_row, single_value
from warehouse.settings import TIMEZONE
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor

SHORTEST_WAIT = timedelta(minutes=1)
GRACE = timedelta(hours=1)  # an answer of the last minute is still being recorded

MOST_WORDS = 5  # words that count are shown on a page beside its flags, the newest ones


@dataclass(frozen=True)
class AskedBefore:
    """How often a flag was asked before, and the sentences (vi, en) and the given reason when the last answer was refused."""

    n_asked: int = 0
    refusal: tuple[str, str] | None = None
    reason: str = ""


def periods_to_ask(connection: Connection, now: datetime) -> list[str]:
    """Periods (YYYY-MM) with flags that wait for a reviewer and a free place for them; newest first."""
    with connection, connection.cursor() as cursor:
        _end_old(cursor, now)
        periods = sorted({flag["period"] for flag in _flags_to_ask(cursor)}, reverse=True)
        return [period for period in periods if _free_places(cursor, period) > 0]


def ask(connection: Connection, asked_from: str, period: str, now: datetime) -> Page | None:
    """Put the top of a period's queue before the reviewers, once; None when nothing waits or no place is free.

    asked_from  the name of the page; asked again under it, the same flags are asked: Airflow cannot change a page that it shows
    """
    with connection, connection.cursor() as cursor:
        _end_old(cursor, now)
        cursor.execute("lock table review.request in share row exclusive mode")
        cursor.execute(read_statement(__package__, "state_of_page"), {"asked_from": asked_from})
        n_before, n_open, until, is_shown = single_row(cursor)
        if not n_open:
            until = _until(_parameter(cursor, "review_hours"), now)
            _ask_again(cursor, asked_from, now, until) if n_before else _ask_top(cursor, asked_from, period, now, until)
        cursor.execute(
            "select place, flag_id, shown, asks from review.request where asked_from = %s and closed_at is null order by place",
            (asked_from,),
        )
        asked = list(rows_by_name(cursor))
        n_more = len(_flags_to_ask(cursor, period))
        cursor.execute("select max(release_number) from release.release")
        release_number = single_value(cursor)
        before = {one["flag_id"]: _asked_before(cursor, one["flag_id"]) for one in asked}
        words = {one["flag_id"]: tuple(standing_words(cursor, one["flag_id"])) for one in asked}
        outlooks = {one["flag_id"]: outlooks_of(cursor, one["flag_id"], one["asks"]) for one in asked}
        counting = _words_shown(cursor, period)
    flags = {flag["flag_id"]: flag for flag in list_flags(connection, period=period, status="all")}
    questions = tuple(
        _question(one, flags[one["flag_id"]], before[one["flag_id"]], words[one["flag_id"]], outlooks[one["flag_id"]])
        for one in asked
    )
    if not questions:
        return None
    return Page(asked_from, period, release_number, now, until, n_more, is_shown, questions, counting)


def _question(
    asked: Mapping[str, Any], flag: dict[str, Any], before: AskedBefore, words: tuple[StandingWord, ...],
    outlooks: tuple[Outlook, ...],
) -> Question:  # fmt: skip
    """A row of review.request (place, shown, asks) as it is shown."""
    return Question(
        place=asked["place"],
        flag=flag,
        figures=tuple(map(_figure, asked["shown"])),
        n_asked=before.n_asked,
        refusal=before.refusal,
        reason=before.reason,
        asks=asked["asks"],
        words=words,
        outlooks=outlooks,
    )


def figures_shown(cursor: Cursor, flag_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """flag_id → its suspected figures as JSON objects of ShownFigure's fields, numbers as text."""
    cursor.execute(read_statement(__package__, "figures_shown"), {"flag_ids": list(flag_ids)})
    shown: dict[str, list[dict[str, Any]]] = {flag_id: [] for flag_id in flag_ids}
    for row in rows_by_name(cursor):
        numbers = {"value": None if row["value"] is None else str(row["value"]), "factor": str(row["factor"])}
        shown[row.pop("flag_id")].append({**row, **numbers})
    return shown


def _flags_to_ask(cursor: Cursor, period: str | None = None) -> list[dict[str, Any]]:
    """Flags that wait for a reviewer, in the order of the queue: flag_id, period, asks."""
    cursor.execute(read_statement(__package__, "flags_to_ask"), {"period": period})
    return list(rows_by_name(cursor))


def _words_shown(cursor: Cursor, period: str) -> tuple[ShownWord, ...]:
    cursor.execute(read_statement(__package__, "words_to_show"), {"period": period, "at_most": MOST_WORDS})
    return tuple(
        ShownWord(flag_id, label, word, ending_of(cursor, flag_id))
        for flag_id, label in cursor.fetchall()
        for word in standing_words(cursor, flag_id)
        if word.state == "counts" and word.flag_id == flag_id
    )


def _ask_top(cursor: Cursor, asked_from: str, period: str, now: datetime, until: datetime) -> None:
    chosen = _flags_to_ask(cursor, period)[: max(0, _free_places(cursor, period))]
    shown = figures_shown(cursor, [flag["flag_id"] for flag in chosen])
    cursor.executemany(
        read_statement(__package__, "ask_flag"),
        [
            {
                "asked_from": asked_from,
                "place": place,
                "flag_id": flag["flag_id"],
                "shown": json.dumps(shown[flag["flag_id"]], ensure_ascii=False),
                "asked_at": now,
                "answer_until": until,
                "asks": flag["asks"],
            }
            for place, flag in enumerate(chosen, 1)
        ],
    )


def _ask_again(cursor: Cursor, asked_from: str, now: datetime, until: datetime) -> None:
    """The page of a task that somebody cleared: its text is the old one, so its questions are."""
    cursor.execute(
        read_statement(__package__, "ask_again"), {"asked_from": asked_from, "asked_at": now, "answer_until": until}
    )


def _end_old(cursor: Cursor, now: datetime) -> None:
    """Pages whose task is gone, deleted in Airflow or with it, end here: their flags stay held and may be asked again."""
    cursor.execute(
        "update review.request set closed_at = %s, outcome = 'timed_out' where closed_at is null and answer_until < %s",
        (now, now - GRACE),
    )


def _free_places(cursor: Cursor, period: str) -> int:
    at_once = int(_parameter(cursor, "review_flags_at_once"))
    cursor.execute(read_statement(__package__, "count_open_questions"), {"period": period})
    return at_once - int(single_value(cursor))


def _asked_before(cursor: Cursor, flag_id: str) -> AskedBefore:
    cursor.execute(read_statement(__package__, "asked_before"), {"flag_id": flag_id})
    row = next(rows_by_name(cursor), None)
    if row is None:
        return AskedBefore()
    if not row["refusal_vi"]:
        return AskedBefore(row["n_asked"])
    return AskedBefore(row["n_asked"], (row["refusal_vi"], row["refusal_en"]), row["reason"])


def _until(hours: Decimal, now: datetime) -> datetime:
    """No page outlives the day on which it was asked, so the night finds none open and each morning begins with one a period."""
    end_of_day = datetime.combine(now.astimezone(TIMEZONE).date(), time(23, 59, 59), TIMEZONE)
    return max(min(now + timedelta(hours=float(hours)), end_of_day), now + SHORTEST_WAIT)


def _parameter(cursor: Cursor, code: str) -> Decimal:
    cursor.execute("select parameter_value from register.parameters where parameter_code = %s", (code,))
    return Decimal(single_value(cursor))


def _figure(row: dict[str, Any]) -> ShownFigure:
    numbers = {"value": None if row["value"] is None else Decimal(row["value"]), "factor": Decimal(row.get("factor", 1))}
    return ShownFigure(**{**row, **numbers})
