"""The alerts to the desk as text: the night that failed, and no good night for too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from khuyencong.desk.status import STALE_AFTER
from khuyencong.mail.words import Language, both, catalogue, say


@dataclass(frozen=True)
class NightRow:
    """A row of release.run with what its stations came to.

    failed_reason is the run's own, is_running whether a station works on the warehouse now, `station` the first that is not done,
    `reasons` what each failed station said, `release` the newest release (number, as_of).
    """

    run_key: int
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None
    state: str
    failed_reason: str | None
    is_running: bool
    done: tuple[str, ...]
    station: str
    reasons: dict[str, str]
    release: tuple[int, datetime] | None


def failed_night(
    row: NightRow | None, station: str, reason: str | None, trouble: str | None, at: datetime
) -> tuple[str, str]:
    """Subject and body. Without a row there is no run, or (`trouble`) no warehouse to read it from."""

    def write(language: Language) -> str:
        night = (
            say(language, "night_named", run_key=row.run_key, started_at=row.started_at, as_of=row.as_of)
            if row
            else say(language, "night_unnamed", moment=at)
        )
        about = say(language, f"station_{station}" if f"station_{station}" in catalogue() else "station_other")
        parts = [say(language, "failed_night", night=night, station=station, about=about)]
        if reason or not trouble:
            silent = say(language, "failed_silently" if row else "failed_in_log")
            parts.append(say(language, "failed_because", reason=reason or silent))
        if trouble:
            parts.append(say(language, "failed_warehouse", reason=trouble))
        if row:
            done = say(language, "stations_done", stations=", ".join(row.done)) if row.done else say(language, "stations_none")
            parts.append(f"{done}\n{_release(row, language)}")
        parts.append(say(language, "what_to_do_night"))
        return "\n\n".join(parts)

    return _subject("subject_failed_night", station=station), both(write)


def stale_night(
    good: dict[str, Any] | None, newest: NightRow | None, trouble: str | None, at: datetime
) -> tuple[str, str]:
    """Subject and body: since when, and whether a night never started, failed, is not done, or was one of the past."""
    since = datetime.fromisoformat(good["as_of"]) if good else None

    def write(language: Language) -> str:
        if trouble:
            return say(language, "failed_warehouse", reason=trouble) + "\n\n" + say(language, "what_to_do_night")
        limit = STALE_AFTER // timedelta(hours=1)
        first = (
            say(language, "stale_since", as_of=since, hours=round((at - since) / timedelta(hours=1), 1), limit=limit)
            if since
            else say(language, "stale_ever")
        )
        parts = [first, _why(good, newest, at, language)]
        if newest:
            parts.append(_release(newest, language))
        return "\n\n".join((*parts, say(language, "what_to_do_night")))

    if trouble:
        return _subject("subject_no_warehouse"), both(write)
    return (_subject("subject_stale_night", since=since) if since else _subject("subject_no_night")), both(write)


def _why(good: dict[str, Any] | None, newest: NightRow | None, at: datetime, language: Language) -> str:
    if newest is None:
        return say(language, "night_never_started")
    named = {"run_key": newest.run_key}
    if newest.state == "failed":
        reason = newest.reasons.get(newest.station) or newest.failed_reason or say(language, "failed_silently")
        return say(language, "night_failed", **named, started_at=newest.started_at, station=newest.station, reason=reason)
    if newest.state == "running":
        code = "night_running" if newest.is_running else "night_halted"
        return say(language, code, **named, started_at=newest.started_at, station=newest.station)
    if newest.finished_at and at - newest.finished_at <= STALE_AFTER:
        return say(language, "night_of_the_past", **named, finished_at=newest.finished_at, as_of=newest.as_of)
    return say(language, "night_never_started")


def _release(row: NightRow, language: Language) -> str:
    if row.release is None:
        return say(language, "release_none")
    number, as_of = row.release
    return say(language, "release_stays", release_number=number, as_of=as_of)


def _subject(code: str, **blanks: object) -> str:
    return f"{say('vi', code, **blanks)} | {say('en', code, **blanks)}"
