"""The chain of revisions, and who was on time: late, archived, withdrawn, nil, several documents, another role. One build each."""

from __future__ import annotations

from datetime import datetime

from test_facts import Q1, Q2, Facts, assign, facts, money, project  # noqa: F401

from ingestion.landing.receipts import Arrival, land
from warehouse.settings import TIMEZONE

DUE = datetime(2025, 4, 25, 9, tzinfo=TIMEZONE)  # the last day for the money of the first quarter


def april(day: int) -> datetime:
    return DUE.replace(day=day)


def chain(facts: Facts, unit: str) -> list[tuple]:  # noqa: F811
    """(submission, revision, replaces, replaced by, state) in the order of arrival."""
    return facts.rows(
        """select submission_key, revision_number, replaces_submission_key, replaced_by_submission_key, submission_state
        from facts.fct_submission where unit_key = %s order by received_at""",
        unit,
    )


def test_each_resubmission_is_linked_to_what_it_replaces(facts: Facts) -> None:  # noqa: F811
    send = facts.builder.submit
    a, b, again = (send("kinh-phi", "ha-noi", Q1, [money("A1", 9, n, n)], received_at=april(n)) for n in (5, 6, 7))
    last = send("kinh-phi", "hue", Q1, [money("A1", 9, 5, 5)], received_at=april(20))  # read before the one that came first
    first = send("kinh-phi", "hue", Q1, [money("A1", 9, 4, 4)], received_at=april(10))
    kept = send("kinh-phi", "son-la", Q1, [money("A1", 9, 4, 4)], received_at=april(10))
    returned = send("kinh-phi", "son-la", Q1, [], received_at=april(11), door_verdict="return")
    gone = send("kinh-phi", "cao-bang", Q1, [money("A1", 9, 4, 4)], received_at=april(10))
    withdrawal = send("kinh-phi", "cao-bang", Q1, [], received_at=april(11), is_withdrawal=True)
    centre = {"sender_role": "cuc", "document_date": Q1, "received_at": april(2)}
    documents = [
        send("giao-ke-hoach", "trung-uong", Q1, [assign("hue", f"P{n}", 50)], document_no=f"{n}/QĐ", **centre) for n in (1, 2)
    ]
    beside = send("kinh-phi", "nghe-an", Q1, [money("A1", 9, 8, 8)], received_at=april(12), sender_role="trung-tam")
    facts.build()
    assert chain(facts, "ha-noi") == [
        (a, 1, None, b, "superseded"), (b, 2, a, again, "superseded"), (again, 3, b, None, "in_force")
    ]  # fmt: skip
    assert chain(facts, "hue") == [(first, 1, None, last, "superseded"), (last, 2, first, None, "in_force")]
    assert chain(facts, "son-la") == [(kept, 1, None, None, "in_force"), (returned, None, None, None, "returned")]
    assert chain(facts, "cao-bang")[0][:4] == (gone, 1, None, withdrawal)
    assert chain(facts, "cao-bang")[1][1:] == (2, gone, None, "withdrawal")
    assert [row[:2] + row[4:] for row in chain(facts, "trung-uong")] == [(key, 1, "in_force") for key in documents]
    states = dict(facts.rows("select unit_key, state from facts.fct_duty where form_code = 'kinh-phi' and period_end = %s", Q1))
    assert (states["cao-bang"], states["nghe-an"], states["son-la"], states["hue"]) == (
        "missing", "missing", "in_force", "in_force"
    )  # fmt: skip
    assert chain(facts, "nghe-an") == [(beside, 1, None, None, "cross_check")]


def test_on_time_late_and_archived(facts: Facts) -> None:  # noqa: F811
    send = facts.builder.submit
    lines = [money("A1", 9, 4, 4)]
    for unit, moments in {
        "ha-noi": [DUE], "hue": [DUE.replace(month=6)], "son-la": [DUE, DUE.replace(month=6)], "can-tho": [DUE.replace(month=6)],
    }.items():  # fmt: skip
        for moment in moments:
            send("kinh-phi", unit, Q1, lines, received_at=moment)
    gone = send("kinh-phi", "cao-bang", Q1, lines, received_at=april(3))
    send("kinh-phi", "cao-bang", Q1, [], received_at=april(4), is_withdrawal=True)
    send("tien-do", "hue", Q1, [project("P1", 7), project("P2", 8), project("P3", 9), project("P4", 1)])
    send("tien-do", "hue", Q2, [project("P1", 9)])
    send("tien-do", "son-la", Q2, [], is_nil=True)
    with facts.connection, facts.connection.cursor() as cursor:
        cursor.execute("update raw.receipt set is_archive = true where claimed_unit_key = 'can-tho'")
        cursor.execute("update raw.line set state_code = 'settled' where project_key = 'P3'")
    facts.builder.submit(
        "giao-ke-hoach", "trung-uong", Q2, [assign("hue", "P4", 5), assign("hue", "P4", -5, "withdraw")],
        sender_role="cuc", document_no="1/QĐ", document_date=Q1,
    )  # fmt: skip
    facts.build(
        after_standing=f"update checks.standing_history set submission_state = 'withdrawn' where submission_key = {gone}"
    )
    kinh_phi = "where form_code = 'kinh-phi' and period_end = %s and unit_key in ('ha-noi','hue','son-la','can-tho','cao-bang')"
    assert facts.rows(
        f"select unit_key, n_reported, n_on_time, n_late, n_missing, days_late from facts.fct_duty {kinh_phi} order by 1", Q1
    ) == [
        ("can-tho", 1, 1, 0, 0, 0), ("cao-bang", 0, 0, 1, 1, None), ("ha-noi", 1, 1, 0, 0, 0), ("hue", 1, 0, 1, 0, 61),
        ("son-la", 1, 1, 0, 0, 0),
    ]  # fmt: skip
    assert facts.rows("select period_end, value / 1000000 from facts.fct_contribution where unit_key = 'hue' and "
                      "indicator_code = 'KC-E05' and activity_code = 'A1' and fund_code = 'KCDP-T' and state = 'accepted' "
                      "and period_end = %s", Q1) == [(Q1, 4)], "late, and in its own period"  # fmt: skip
    assert facts.rows("select count(*) from facts.fct_report where state = 'nil' and unit_key = 'son-la'") == [(1,)]
    vanished = facts.rows("select unit_key, period_end, project_key, last_period_end from facts.fct_vanished_project")
    assert vanished == [("hue", Q2, "P2", Q1)], "P1 is listed, P3 was settled, P4 was withdrawn"


def test_an_archive_says_so_on_its_receipt(facts: Facts) -> None:  # noqa: F811
    arrivals = [Arrival("submit", f"{year}.xlsx", None, None, DUE, year, 4, is_archive=year == "2015") for year in ("2015", "2025")]
    with facts.connection, facts.connection.cursor() as cursor:
        land(cursor, arrivals, None)
    assert facts.rows("select location, is_archive from raw.receipt order by 1") == [("2015.xlsx", True), ("2025.xlsx", False)]
