"""`kc status`: owed × received, who is late by how many days, what is held or under review, which projects vanished, what ran."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from khuyencong.flags.undecided_words import undecided_sentences
from khuyencong.night.shown_release import shown_release
from warehouse.settings import TIMEZONE

# A night is due every 24 hours; two more are left for a slow one.
STALE_AFTER = timedelta(hours=26)

LAST_GOOD_RUN = """
select run_key as run, as_of, release_number as release from release.run
where state = 'done' and as_of <= %(as_of)s order by run_key desc limit 1"""

LAST_RUN = """
select run_key as run, as_of, state, started_at, finished_at, failed_station, failed_reason from release.run
where as_of <= %(as_of)s order by run_key desc limit 1"""

COVERAGE = """
select period_end, form_code as form, n_owed, n_reported, n_missing, n_returned, n_nil, n_on_time, n_late, days_late,
    n_estimated, n_under_review, completeness_pct::float, timeliness_pct::float
from marts.mart_coverage where group_key = 'viet-nam' order by period_end, form_code"""

# Days are counted here, on the day somebody asks: a count in the facts would open a release every night.
LATE = """
select r.unit_key, u.unit_name, r.responsible_unit_key, r.form_code as form, r.period_end, r.due_date, r.state,
    case when r.state in ('missing', 'returned') then (%(as_of)s::timestamptz)::date - r.due_date else r.days_late end
        as days_late
from facts.fct_report as r
inner join register.units as u on r.unit_key = u.unit_key
where r.is_owed and (r.is_late or r.state in ('missing', 'returned') and r.due_date < (%(as_of)s::timestamptz)::date)
order by r.state in ('in_force', 'nil'), days_late desc, r.form_code, r.unit_key"""

UNDER_REVIEW = """
select unit_key, form_code as form, period_end, n_holds, received_at from facts.fct_submission
where submission_state = 'under_review' order by period_end, form_code, unit_key"""

NIL = """
select unit_key, form_code as form, period_end, coalesce(nil_reason, '') as nil_reason from facts.fct_submission
where submission_state = 'nil' order by period_end, form_code, unit_key"""

SOURCES = """
select source_code, unit_key, outcome, trouble_code, sentence_vi, sentence_en, attempted_at, last_reached_at, failing_since,
    n_failed_attempts
from raw.source_standing where outcome not in ('done', 'partly') order by source_code"""

UNSENT_MAIL = """
select kind, unit_key, recipient, written_at, n_tries, last_tried_at, last_error from outbox.mail
where sent_at is null and dropped_at is null order by mail_key"""

# Who was asked how often for what is still owed, and for what came in the end.
CHASED = """
select c.unit_key, c.form_code as form, c.period_end, d.due_date, coalesce(d.state, 'withdrawn') as state, c.n_reminders,
    c.n_overdue_notices, c.n_escalations, c.last_noticed_on
from outbox.chased as c
left join facts.fct_duty as d on c.unit_key = d.unit_key and c.form_code = d.form_code and c.period_end = d.period_end
order by d.n_reported, c.n_escalations desc, c.n_overdue_notices desc, c.period_end, c.form_code, c.unit_key"""

SOURCE_FILES = """
select source_code, unit_key, location, file_state, byte_count, sentence_vi, sentence_en
from raw.source_file_trouble order by file_state, source_code, location"""

# What reading could not take, whoever has to act: the sender, the desk or whoever runs the machine.
FILES_NOT_READ = """
select source_code, unit_key, location, state, cause, nights_tried, sentence_vi, sentence_en, detail
from raw.file_trouble where received_at <= %(as_of)s order by state, source_code, location"""

TAKEN_OUT = """
select s.submission_key as submission, s.unit_key, s.form_code as form, s.period_end, w.reason, w.withdrawn_by, w.withdrawn_at
from review.withdrawal as w
inner join raw.submission as s on w.submission_key = s.submission_key
where w.withdrawn_at <= %(as_of)s order by w.withdrawal_key desc"""

RETURNED = """
select s.unit_key, s.form_code as form, s.period_end, r.location, f.finding_code, f.message_vi, f.message_en
from raw.finding as f
inner join raw.receipt as r on f.receipt_key = r.receipt_key
left join raw.submission as s on f.submission_key = s.submission_key
where f.verdict = 'return' and r.received_at <= %(as_of)s
order by r.received_at, r.location, f.finding_key"""

HELD = """
select unit_key, form_code as form, period_end, rule_id, max(reason_vi) as reason_vi, max(reason_en) as reason_en,
    max(days_open) as days_open, count(*) as n_figures
from marts.mart_held_figures
group by unit_key, form_code, period_end, rule_id order by n_figures desc, period_end, unit_key, rule_id"""

VANISHED = """
select unit_key, form_code as form, period_end, project_key, last_period_end, last_state_code, flag_id
from facts.fct_vanished_project order by period_end, unit_key, project_key"""

# Completeness and timeliness of each unit over all that it owed so far, the worst first.
RATES = """
select unit_key, sum(n_owed) as n_owed, sum(n_reported) as n_reported, sum(n_on_time) as n_on_time, sum(n_late) as n_late,
    coalesce(sum(days_late), 0) as days_late,
    round(100.0 * sum(n_reported) / sum(n_owed), 2)::float as completeness_pct,
    round(100.0 * sum(n_on_time) / sum(n_owed), 2)::float as timeliness_pct
from facts.fct_duty where due_date < (%(as_of)s::timestamptz)::date or n_reported = 1
group by unit_key order by timeliness_pct, completeness_pct, unit_key"""

# A verdict that decides nothing still has something to say: most of all where one side has an amount and the other nothing.
UNDECIDED = """
select verdict.reason, count(*) as n_verdicts, count(distinct verdict.submission_key) as n_reports,
    count(*) filter (where (verdict.left_value <> 0) <> (verdict.right_value <> 0)) as n_one_sided
from checks.chk_verdict as verdict
inner join facts.fct_submission as submission on verdict.submission_key = submission.submission_key
where verdict.verdict in ('undecided', 'could_not_run') and submission.submission_state in ('in_force', 'nil', 'under_review')
group by verdict.reason order by n_one_sided desc, n_verdicts desc"""


def status(connection: Connection, as_of: datetime) -> dict[str, Any]:
    """What is owed and what came, as the last night saw it, with days counted to `as_of`.

    Returns {as_of, is_stale, last_good_run: {run, as_of, release, age_hours} or None, last_run, marts: {release, newest_release,
    is_whole, is_night_needed, sentence}, sources_not_reached, files_not_taken, files_not_read, taken_out, mail_not_sent, coverage,
    late, returned, nil, under_review, held, vanished_projects, undecided, rates, chased}; all but the first five are lists of
    rows. is_stale: no good run within 26 hours before as_of. Before the first night all but the sources, the files and the mail is
    empty, and is_stale is true.
    """
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        good = _rows(cursor, LAST_GOOD_RUN, as_of)
        last = _rows(cursor, LAST_RUN, as_of)
        cursor.execute("select to_regclass('marts.mart_coverage') is not null as is_built")
        is_built = cursor.fetchone()["is_built"] and good
        lists = {
            "coverage": COVERAGE, "late": LATE, "returned": RETURNED, "nil": NIL, "under_review": UNDER_REVIEW,
            "held": HELD, "vanished_projects": VANISHED, "undecided": UNDECIDED, "rates": RATES, "chased": CHASED,
        }  # fmt: skip
        sources, files, unsent = (_rows(cursor, query, as_of) for query in (SOURCES, SOURCE_FILES, UNSENT_MAIL))
        not_read, taken_out = (_rows(cursor, query, as_of) for query in (FILES_NOT_READ, TAKEN_OUT))
        found = {name: _rows(cursor, query, as_of) if is_built else [] for name, query in lists.items()}
    for row in found["undecided"]:
        row["sentence_vi"], row["sentence_en"] = undecided_sentences(row["reason"])
    marts = asdict(shown_release(connection))
    age = as_of - datetime.fromisoformat(good[0]["as_of"]) if good else None
    return {
        "as_of": as_of.astimezone(TIMEZONE).isoformat(),
        "is_stale": age is None or age > STALE_AFTER,
        "last_good_run": {**good[0], "age_hours": round(age / timedelta(hours=1), 1)} if good else None,
        "last_run": last[0] if last else None,
        "marts": marts,
        "sources_not_reached": sources,
        "files_not_taken": files,
        "files_not_read": not_read,
        "taken_out": taken_out,
        "mail_not_sent": unsent,
        **found,
    }


def last_good_run(connection: Connection, as_of: datetime) -> dict[str, Any] | None:
    """{run, as_of, release} of the newest run that is done and speaks of a moment up to `as_of`, or None."""
    return _one(connection, LAST_GOOD_RUN, as_of)


def last_run(connection: Connection, as_of: datetime) -> dict[str, Any] | None:
    """{run, as_of, state, started_at, finished_at, failed_station, failed_reason} of the newest run, done or not, or None."""
    return _one(connection, LAST_RUN, as_of)


def trouble_of_sources(
    connection: Connection, as_of: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Sources that were not reached and files that were not taken, as the newest pulls left them; files that were not read."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        return _rows(cursor, SOURCES, as_of), _rows(cursor, SOURCE_FILES, as_of), _rows(cursor, FILES_NOT_READ, as_of)


def _one(connection: Connection, query: str, as_of: datetime) -> dict[str, Any] | None:
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        return next(iter(_rows(cursor, query, as_of)), None)


def _rows(cursor: Any, query: str, as_of: datetime) -> list[dict[str, Any]]:
    """Rows as dictionaries, times and dates as ISO text of Viet Nam."""
    cursor.execute(query, {"as_of": as_of})
    return [{name: _plain(value) for name, value in row.items()} for row in cursor.fetchall()]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(TIMEZONE).isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else value
