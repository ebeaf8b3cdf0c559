"""What the reviewers are asked: the top of the queue of a period on a page, one row a flag in review.request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from khuyencong.flags.queue import list_flags
from khuyencong.review.ends import StandingWord, standing_words
from khuyencong.review.outlooks import Outlook, ending_of, outlooks_of
from warehouse.settings import TIMEZONE

SHORTEST_WAIT = timedelta(minutes=1)
GRACE = timedelta(hours=1)  # an answer of the last minute is still being recorded

MOST_WORDS = 5  # words that count are shown on a page beside its flags, the newest ones

# Flags that wait for a reviewer: open, about figures, not before the reviewers now, not left as they are in this night already;
# and either worth a review and undecided, or with a word that waits for a second reviewer's signature.
TO_ASK = """
    select flag.flag_id, to_char(flag.period_end, 'YYYY-MM') as period, flag.queue_rank,
        case when pending.flag_id is null then 'flag' else 'signature' end as asks
    from checks.flag cross join release.tonight
    left join (
        select distinct decision.flag_id from review.decision_state as decision where decision.word_state = 'pending'
    ) as pending on flag.flag_id = pending.flag_id
    where flag.closed_run is null
        and exists (select 1 from checks.flag_figure where flag_figure.flag_id = flag.flag_id)
        and (pending.flag_id is not null or flag.is_review_needed and not exists (
            select 1 from review.decision_state as decision
            where decision.flag_id = flag.flag_id and decision.word_state = 'counts'))
        and not exists (
            select 1 from review.request
            where request.flag_id = flag.flag_id and (request.closed_at is null
                or request.run_key = tonight.run_key and request.outcome in ('still_held', 'timed_out')))"""

# Flags of a period on which a word counts, the newest first: it may be ended on a page.
TO_SHOW = """
    select flag.flag_id, concat_ws(' · ', coalesce(unit.unit_name, flag.unit_key), coalesce(form.form_name, flag.form_code))
    from review.decision_state as decision
    inner join checks.flag on decision.flag_id = flag.flag_id
    left join register.units as unit on flag.unit_key = unit.unit_key
    left join register.form on flag.form_code = form.form_code
    where decision.word_state = 'counts' and to_char(flag.period_end, 'YYYY-MM') = %s
    group by flag.flag_id, unit.unit_name, flag.unit_key, form.form_name, flag.form_code
    order by max(decision.decided_at) desc, flag.flag_id limit %s"""

# The suspected figures of a flag, each once, in the submission that the flag is about where it is there.
SHOWN = """
    select distinct on (flag.flag_id, cell.figure_key) flag.flag_id, cell.figure_key,
        concat(receipt.location, '#', cell.sheet_name, '!', cell.cell_address), indicator.indicator_name,
        indicator.indicator_name_en, cell.value,
        coalesce(indicator.unit like '%%đồng', cell.indicator_code like 'beneficiary%%', false), cell.factor
    from checks.flag
    inner join checks.flag_figure as figure on flag.flag_id = figure.flag_id and figure.is_suspected
    inner join staging.stg_figure as cell
        on figure.submission_key = cell.submission_key and figure.sheet_code = cell.sheet_code
        and figure.row_number = cell.row_number and figure.column_name = cell.column_name
    inner join raw.submission on figure.submission_key = submission.submission_key
    inner join raw.receipt on submission.receipt_key = receipt.receipt_key
    left join register.indicators as indicator on cell.indicator_code = indicator.indicator_code
    where flag.flag_id = any(%s)
    order by flag.flag_id, cell.figure_key, figure.submission_key <> flag.submission_key, figure.submission_key desc"""


@dataclass(frozen=True)
class ShownFigure:
    """One suspected figure as a page shows it; `value` in đồng or the indicator's unit, `cell` is file#sheet!address.

    `factor` is the unit that its cell was written in, in đồng.
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


def periods_to_ask(connection: Any, now: datetime) -> list[str]:
    """Periods (YYYY-MM) with flags that wait for a reviewer and a free place for them; newest first."""
    with connection, connection.cursor() as cursor:
        _end_old(cursor, now)
        cursor.execute(f"select period, count(*) from ({TO_ASK}) as waiting group by period order by period desc")
        waiting = cursor.fetchall()
        return [period for period, _ in waiting if _free_places(cursor, period) > 0]


def ask(connection: Any, asked_from: str, period: str, now: datetime) -> Page | None:
    """Put the top of a period's queue before the reviewers, once; None when nothing waits or no place is free.

    asked_from  the name of the page; asked again under it, the same flags are asked: Airflow cannot change a page that it shows
    """
    with connection, connection.cursor() as cursor:
        _end_old(cursor, now)
        cursor.execute("lock table review.request in share row exclusive mode")
        cursor.execute(
            """select count(*), count(*) filter (where closed_at is null), max(answer_until),
                coalesce(bool_or(closed_at is null and shown_at is not null), false)
            from review.request where asked_from = %s""",
            (asked_from,),
        )
        n_before, n_open, until, is_shown = cursor.fetchone()
        if not n_open:
            until = _until(_parameter(cursor, "review_hours"), now)
            _ask_again(cursor, asked_from, now, until) if n_before else _ask_top(cursor, asked_from, period, now, until)
        cursor.execute(
            "select place, flag_id, shown, asks from review.request where asked_from = %s and closed_at is null order by place",
            (asked_from,),
        )
        rows = cursor.fetchall()
        cursor.execute(f"select count(*) from ({TO_ASK}) as waiting where period = %s", (period,))
        n_more = cursor.fetchone()[0]
        cursor.execute("select max(release_number) from release.release")
        release_number = cursor.fetchone()[0]
        before = {flag_id: _asked_before(cursor, flag_id) for _, flag_id, _, _ in rows}
        words = {flag_id: tuple(standing_words(cursor, flag_id)) for _, flag_id, _, _ in rows}
        outlooks = {flag_id: outlooks_of(cursor, flag_id, asks) for _, flag_id, _, asks in rows}
        cursor.execute(TO_SHOW, (period, MOST_WORDS))
        counting = [
            ShownWord(flag_id, label, word, ending_of(cursor, flag_id))
            for flag_id, label in cursor.fetchall()
            for word in standing_words(cursor, flag_id)
            if word.state == "counts" and word.flag_id == flag_id
        ]
    flags = {flag["flag_id"]: flag for flag in list_flags(connection, period=period, status="all")}
    questions = tuple(
        Question(place, flags[flag_id], tuple(map(_figure, shown)), *before[flag_id], asks, words[flag_id], outlooks[flag_id])
        for place, flag_id, shown, asks in rows
    )
    if not questions:
        return None
    return Page(asked_from, period, release_number, now, until, n_more, is_shown, questions, tuple(counting))


def figures_shown(cursor: Any, flag_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """flag_id → its suspected figures as JSON objects of ShownFigure's fields, numbers as text."""
    cursor.execute(SHOWN, (list(flag_ids),))
    shown: dict[str, list[dict[str, Any]]] = {flag_id: [] for flag_id in flag_ids}
    for flag_id, key, cell, name_vi, name_en, value, is_money, factor in cursor:
        shown[flag_id].append(
            {"figure_key": key, "cell": cell, "name_vi": name_vi or "", "name_en": name_en or "",
             "value": None if value is None else str(value), "is_money": is_money, "factor": str(factor)}
        )  # fmt: skip
    return shown


def _ask_top(cursor: Any, asked_from: str, period: str, now: datetime, until: datetime) -> None:
    cursor.execute(
        f"{TO_ASK} and to_char(flag.period_end, 'YYYY-MM') = %s order by flag.queue_rank, flag.flag_id limit %s",
        (period, max(0, _free_places(cursor, period))),
    )
    chosen = [(flag_id, asks) for flag_id, _, _, asks in cursor.fetchall()]
    shown = figures_shown(cursor, [flag_id for flag_id, _ in chosen])
    cursor.executemany(
        """insert into review.request (asked_from, run_key, period_end, place, flag_id, queue_rank, shown, evidence_hash,
            asked_at, answer_until, asks)
        select %s, tonight.run_key, flag.period_end, %s, flag.flag_id, flag.queue_rank, %s, review.evidence_of(flag.flag_id),
            %s, %s, %s
        from checks.flag cross join release.tonight where flag.flag_id = %s""",
        [
            (asked_from, place, json.dumps(shown[flag_id], ensure_ascii=False), now, until, asks, flag_id)
            for place, (flag_id, asks) in enumerate(chosen, 1)
        ],
    )


def _ask_again(cursor: Any, asked_from: str, now: datetime, until: datetime) -> None:
    """The page of a task that somebody cleared: its text is the old one, so its questions are."""
    cursor.execute(
        """insert into review.request (asked_from, run_key, period_end, place, flag_id, queue_rank, shown, evidence_hash,
            asked_at, answer_until, asks)
        select distinct on (flag_id) asked_from, run_key, period_end, place, flag_id, queue_rank, shown, evidence_hash, %s, %s,
            asks
        from review.request where asked_from = %s order by flag_id, request_key desc
        on conflict (flag_id) where closed_at is null do nothing""",
        (now, until, asked_from),
    )


def _end_old(cursor: Any, now: datetime) -> None:
    """Pages whose task is gone, deleted in Airflow or with it, end here: their flags stay held and may be asked again."""
    cursor.execute(
        "update review.request set closed_at = %s, outcome = 'timed_out' where closed_at is null and answer_until < %s",
        (now, now - GRACE),
    )


def _free_places(cursor: Any, period: str) -> int:
    at_once = int(_parameter(cursor, "review_flags_at_once"))
    cursor.execute(
        """select count(*) from review.request inner join checks.flag using (flag_id)
        where request.closed_at is null and flag.closed_run is null and to_char(flag.period_end, 'YYYY-MM') = %s""",
        (period,),
    )
    return at_once - cursor.fetchone()[0]


def _asked_before(cursor: Any, flag_id: str) -> tuple[int, tuple[str, str] | None, str]:
    """How often a flag was asked before, and the sentences and the given reason when the last answer was refused."""
    cursor.execute(
        """select count(*) over (), refusal_vi, refusal_en, coalesce(answer ->> 'reason', '') from review.request
        where flag_id = %s and closed_at is not null order by request_key desc limit 1""",
        (flag_id,),
    )
    row = cursor.fetchone()
    if row is None:
        return 0, None, ""
    return row[0], (row[1], row[2]) if row[1] else None, row[3] if row[1] else ""


def _until(hours: Decimal, now: datetime) -> datetime:
    """No page outlives the day on which it was asked, so the night finds none open and each morning begins with one a period."""
    end_of_day = datetime.combine(now.astimezone(TIMEZONE).date(), time(23, 59, 59), TIMEZONE)
    return max(min(now + timedelta(hours=float(hours)), end_of_day), now + SHORTEST_WAIT)


def _parameter(cursor: Any, code: str) -> Decimal:
    cursor.execute("select parameter_value from register.parameters where parameter_code = %s", (code,))
    return Decimal(cursor.fetchone()[0])


def _figure(row: dict[str, Any]) -> ShownFigure:
    numbers = {"value": None if row["value"] is None else Decimal(row["value"]), "factor": Decimal(row.get("factor", 1))}
    return ShownFigure(**{**row, **numbers})
