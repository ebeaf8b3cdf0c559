"""`kc nightly --as-of` of the past: what had come and was decided by then, whatever later nights made of it; it leaves nothing."""

import contextlib

import pytest
from small_country import Country, at
from thirty_nights import GOOD, TOO_MUCH, figures, report, word

from khuyencong.figures.bridge import bridge
from khuyencong.night.nightly import run_nightly
from khuyencong.review.decision_list import list_decisions
from warehouse.address import connect

# A revision waits under review, a waiver lets it in, a newer revision ends the waiver, a withdrawal takes all away.
DAYS = {
    "2025-05-10": (report("long-an", "2025-03", "2025-04-10T09:00", said=GOOD),),
    "2025-05-16": (report("long-an", "2025-03", "2025-05-16T10:00", said=TOO_MUCH),),
    "2025-05-22": (word("long-an", "2025-03", "waive", "2025-05-22T15:00"),),
    "2025-06-01": (report("long-an", "2025-03", "2025-06-01T10:00", said=figures(50, 44)),),
    "2025-06-10": (report("long-an", "2025-03", "2025-06-10T10:00", is_withdrawal=True),),
}
STATES = """
select location, submission_state
from raw.submission
inner join raw.receipt using (receipt_key)
inner join checks.submission_state using (submission_key)
order by submission.received_at"""


@pytest.fixture(scope="module")
def story(named_database, tmp_path_factory):
    """The nights of DAYS, each with its document and the states of all reports after it."""
    warehouse = named_database("khuyencong_past")
    country = Country(tmp_path_factory.mktemp("past") / "country")
    country.its = country.settings(warehouse.dsn)
    with contextlib.closing(connect(warehouse)) as connection:
        country.connection, country.nights, country.states = connection, {}, {}
        for day, events in DAYS.items():
            for happen in events:
                happen(country, connection)
            country.nights[day] = night(country, day)
            country.states[day] = ask(country, STATES)
        yield country


def night(country, day):
    """A night as of an evening, on the last evening of the story at the earliest."""
    return run_nightly(country.its, at(day), lambda: max(at(day), at(max([*country.nights, day]))))


def ask(country, query):
    with country.connection, country.connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def words(country):
    return [(row["decision"], row["outcome"]) for row in list_decisions(country.connection)]


@pytest.mark.long
def test_the_past_is_what_was_known_and_decided_then(story):
    first, under_review, waived, _, last = DAYS
    assert [state for _, state in story.states[under_review]] == ["in_force", "under_review"]
    assert [state for _, state in story.states[waived]] == ["superseded", "in_force"]
    final = words(story)
    assert final and {outcome for _, outcome in final} == {"value_changed"}
    hashes = {day: document["release_hash"] for day, document in story.nights.items()}
    assert len(set(hashes.values())) == len(DAYS)
    # out of order, and each after nights of later moments; a decision counts from when it was made until it ended
    said = {waived: {"accepted"}, under_review: {"waiting"}, first: {"waiting"}}
    moved = {}
    for day in said:
        newest = ask(story, "select max(release_number) from release.release")[0][0]
        again = night(story, day)
        assert again["release_hash"] == hashes[day], day
        assert {outcome for _, outcome in words(story)} == said[day]
        moved[day] = bridge(story.connection, newest, again["release"], by="unit")["figures"]
        assert not any(any(figure["residual"].values()) for figure in moved[day])
    assert moved[waived] and moved[under_review] and not moved[first]  # what waits under review is in no figure
    assert night(story, last)["release_hash"] == hashes[last]
    assert words(story) == final  # no night of the past ended a decision or brought one back
    assert ask(story, STATES) == story.states[last]

