"""What the DAG `review_flags` calls: which periods to ask about, the page of one, and the recording of its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from khuyencong.night.turn import refuse_during_a_night
from warehouse.settings import Settings

if TYPE_CHECKING:
    from warehouse.connections import Connection


@dataclass(frozen=True)
class ReviewForm:
    """A page ready to be shown. `is_shown`: an earlier try of the same task did, and it waits still."""

    subject: str
    body: str
    fields: dict[str, dict[str, Any]]
    answer_until: datetime
    is_shown: bool


def list_periods(settings: Settings, now: datetime) -> list[str]:
    """Periods (YYYY-MM) whose flags wait for a reviewer, newest first. Raises NightInProgress."""
    from khuyencong.review.requests import periods_to_ask

    with _between_nights(settings, now) as connection:
        return periods_to_ask(connection, now)


def open_page(settings: Settings, asked_from: str, period: str, now: datetime) -> ReviewForm | None:
    """Ask the top of a period's queue on the page `asked_from`; None when nothing waits. Raises NightInProgress."""
    from khuyencong.flags.national import read_stop_pct
    from khuyencong.review.page import body_of, fields_of, subject_of
    from khuyencong.review.requests import ask

    with _between_nights(settings, now) as connection:
        page = ask(connection, asked_from, period, now)
        if page is None:
            return None
        with connection, connection.cursor() as cursor:
            stop_pct = read_stop_pct(cursor)
    return ReviewForm(subject_of(page), body_of(page, stop_pct), fields_of(page), page.answer_until, page.is_shown)


def note_shown(settings: Settings, asked_from: str, now: datetime) -> None:
    """Airflow shows the page: another try of its task waits for it and does not show it again."""
    from warehouse.address import connect
    from warehouse.opening import open_warehouse

    with closing(connect(open_warehouse(settings))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            "update review.request set shown_at = %s where asked_from = %s and closed_at is null", (now, asked_from)
        )


def record(settings: Settings, asked_from: str, answer: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Record the answer of a page, as ReviewPage returns it: outcome → how many questions, `sentences`: flag → why refused,
    `notes`: flag → what is still to be done (a second reviewer's signature).

    Recording twice is recording once. Raises NightInProgress.
    """
    from khuyencong.review.answers import Answer, record_answer

    given = Answer(
        tuple(answer["options"]),
        answer["fields"],
        answer["answered_by"],
        datetime.fromisoformat(answer["answered_at"]) if answer["answered_at"] else None,
    )
    with _between_nights(settings, now) as connection:
        outcomes = record_answer(connection, asked_from, given, now)
    words = [one.outcome for one in outcomes]
    return {
        **{word: words.count(word) for word in ("decided", "still_held", "timed_out", "refused")},
        "sentences": {one.flag_id: " / ".join(one.sentences) for one in outcomes if one.sentences},
        "notes": {one.flag_id: " / ".join(one.note) for one in outcomes if one.note},
    }


@contextmanager
def _between_nights(settings: Settings, now: datetime) -> Iterator[Connection]:
    """A connection while no night changes figures and flags; whoever comes during one comes again after it."""
    from warehouse.address import connect
    from warehouse.opening import open_warehouse

    with closing(connect(open_warehouse(settings))) as connection:
        refuse_during_a_night(connection, now)
        yield connection
