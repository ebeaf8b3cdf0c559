"""Narratives from an inbox to their verdicts: judged against their own text and the figures in force, never figures themselves."""

import contextlib
from datetime import date, datetime
from decimal import Decimal

import pytest
from inboxes import Inbox
from raw_builder import RawBuilder
from test_facts import STAND

from khuyencong.night.transform import run_dbt
from warehouse.address import connect
from warehouse.settings import TIMEZONE

AS_OF = datetime(2025, 9, 1, 22, 0, tzinfo=TIMEZONE)
RECEIVED = "2025-07-20T09:00:00+07:00"
MIDYEAR = date(2025, 6, 30)
# A line of a text is a paragraph of it; a backslash joins two lines here.
WRONG_SUM = """Kết quả công tác khuyến công 6 tháng đầu năm 2025 tỉnh Sơn La

Trong 6 tháng đầu năm 2025, tỉnh Sơn La đã giải ngân 900 triệu đồng kinh phí khuyến công địa phương, trong đó bao gồm: \
đào tạo nghề 300 triệu đồng; hội chợ triển lãm 400 triệu đồng; thông tin tuyên truyền 150 triệu đồng.
"""
COMPARED = """Kết quả công tác khuyến công 6 tháng đầu năm 2025 tỉnh Sơn La

6 tháng đầu năm 2025, khuyến công địa phương đã đào tạo nghề cho 120 lao động; hỗ trợ xây dựng 3 mô hình trình diễn kỹ thuật; \
hỗ trợ hơn 20 gian hàng tham gia hội chợ. Kinh phí khuyến công địa phương đã giải ngân là 1.250 triệu đồng, đạt 50% kế hoạch năm. \
Phấn đấu cả năm giải ngân 2.500 triệu đồng.
Kế hoạch năm 2025 có 11 nhóm đề án như: tập huấn nâng cao năng lực quản lý; tham gia hội chợ; thông tin tuyên truyền.
"""
VERDICTS = """
    select fact.written, fact.verdict, fact.closeness, fact.reason, fact.explanation_vi, fact.explanation_en
    from facts.fct_mention_verdict as fact
    where fact.location like %s and fact.judgement = %s order by fact.mention_number, fact.relation_number"""


class Narratives:
    """A night over figures written straight into raw and narratives laid into an inbox."""

    def __init__(self, database, settings, connection, folder):
        self.database, self.settings, self.connection = database, settings, connection
        self.inbox = Inbox(folder, settings, connection)
        self.builder = RawBuilder(connection)
        self.builder.load_forms()
        self.builder.night(AS_OF)

    def put(self, place, text):
        self.inbox.put(place, text.encode(), RECEIVED)

    def night(self):
        """Land and read; staging, checks of mentions, standing without rules, facts with their data tests."""
        self.inbox.night(AS_OF)
        run_dbt(self.database, self.settings, ["staging"], seeds=True)
        run_dbt(
            self.database, self.settings, ["chk_standing", "chk_mention_scope", "chk_mention_figure", "chk_mention"]
        )
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute("delete from checks.standing_history;" + STAND)
        run_dbt(self.database, self.settings, ["facts"])

    def verdicts(self, place, judgement):
        """{written: (verdict, closeness, reason)} of the narrative at a place."""
        rows = self.inbox.rows(VERDICTS, place + "%", judgement)
        return {written: tuple(rest[:3]) for written, *rest in rows}

    def sentences(self, place, judgement):
        rows = self.inbox.rows(VERDICTS, place + "%", judgement)
        return {written: (vi, en) for written, _, _, _, vi, en in rows}


@pytest.fixture
def narratives(database, settings, tmp_path):
    with contextlib.closing(connect(database)) as connection:
        yield Narratives(database, settings, connection, tmp_path / "inbox")


def report_son_la(builder):
    """The money and results of Sơn La to June 2025: 300 + 950 million disbursed, 120 trained, 4 models, 21 booths."""
    empty = {"kcdp_h_disbursed": 0, "kcdp_x_disbursed": 0}
    lines = [
        {"activity": "A1", "cells": {"kcdp_t_disbursed": 300, **empty}},
        {"activity": "A3", "cells": {"kcdp_t_disbursed": 950, **empty}},
    ]
    builder.submit("kinh-phi", "son-la", MIDYEAR, lines)
    counts = {"KC-A1-01": 120, "KC-A3-01": 4, "KC-A4-04": 21}
    lines = [{"indicator": code, "cells": {"ytd_kcdp": n, "ytd_kcqg": 0}} for code, n in counts.items()]
    builder.submit("ket-qua", "son-la", MIDYEAR, lines)


def assigned(unit, project, activity, amount):
    """A line of a decision that assigns a new project, in millions of đồng."""
    cells = {"amount": amount, "project_mark": 1}
    return {"unit": unit, "activity": activity, "project": project, "effect": "assign", "cells": cells}


def test_invented_narratives_are_judged_and_are_no_figures(narratives):
    report_son_la(narratives.builder)
    narratives.night()
    counted = """select md5(string_agg(c::text, '|' order by c::text)), count(*) from facts.fct_contribution as c"""
    before = narratives.inbox.rows(counted)
    assert before[0][1] > 0
    narratives.put("son-la/tong-sai.txt", WRONG_SUM)
    narratives.put("son-la/so-sanh.txt", COMPARED)
    narratives.night()

    # beside each other: neither supersedes the other, though unit and period are one
    kinds = narratives.inbox.rows(
        """select submission_kind, count(*), count(distinct identity_key), count(distinct (unit_key, period_end))
        from facts.fct_submission where form_code = 'tuong-thuat' group by 1"""
    )
    assert kinds == [("mentions", 2, 2, 1)]

    # a wrong sum, with what the text states and what its parts give
    ((words, verdict),) = narratives.verdicts("son-la/tong-sai", "text").items()
    assert verdict == ("fail", "hard", None)
    vi, en = narratives.sentences("son-la/tong-sai", "text")[words]
    assert "900 triệu đồng" in vi and "850 triệu đồng" in vi and "không khớp" in vi
    assert "states 900" in en and "give 850" in en

    # against the figures in force: over activities and local funds; a difference is soft, whatever its size
    compared = narratives.verdicts("son-la/so-sanh", "figure")
    assert compared["120 lao động"] == ("pass", "exact", None)
    assert compared["1.250 triệu đồng"] == ("pass", "exact", None)
    assert compared["3 mô hình trình diễn kỹ thuật"] == ("fail", "soft", None)
    assert compared["hơn 20 gian hàng"] == ("pass", "soft", None)
    vi, en = narratives.sentences("son-la/so-sanh", "figure")["3 mô hình trình diễn kỹ thuật"]
    assert "hiệu lực là 4 mô hình" in vi and "nêu 3 mô hình" in vi and "in force is 4" in en and "states 3" in en
    # targets and ratios have no figure
    assert not {"2.500 triệu đồng", "50%"} & set(compared)
    assert narratives.verdicts("son-la/so-sanh", "text") == {
        "1.250 triệu đồng, 50%": ("undecided", None, "base_not_printed"),
        # a list that opens with "như" names some of its items
        "3 × 1 = 11 nhóm đề án": ("pass", "exact", None),
    }
    # the whole differs from the figure; its parts of the same key are no second word on it
    wrong = narratives.verdicts("son-la/tong-sai", "figure")
    assert wrong["900 triệu đồng"] == ("fail", "soft", None)
    assert wrong["400 triệu đồng"] == wrong["150 triệu đồng"] == ("undecided", None, "part_of_another")

    assert narratives.inbox.rows(counted) == before
    for table in ("staging.stg_owed", "facts.fct_report", "facts.fct_contribution"):
        assert narratives.inbox.rows(f"select count(*) from {table} where form_code = 'tuong-thuat'") == [(0,)]
    assert narratives.inbox.rows("select count(*) from checks.flag") == [(0,)]


def test_the_seeds_are_judged_as_mentions(narratives, shared):
    seeds = sorted((shared / "seeds").glob("*.txt"))
    if len(seeds) != 5:
        pytest.skip(f"the five seeds are not in {shared / 'seeds'}")
    for seed in seeds:
        narratives.inbox.put(f"tin/{seed.name}", seed.read_bytes(), RECEIVED)
    decision = {"sender_role": "cuc", "document_no": "1/QĐ", "document_date": date(2014, 2, 1)}
    amounts = {"A1": "77.85", "A3": "100", "A2": "75"}
    lines = [assigned("lai-chau", f"P-{activity}", activity, amount) for activity, amount in amounts.items()]
    narratives.builder.submit("giao-ke-hoach", "trung-uong", date(2014, 2, 28), lines, **decision)
    for_nation = {**decision, "document_no": "2/QĐ", "document_date": date(2018, 1, 5)}
    units = ("son-la", "ca-mau", "trung-uong")
    lines = [assigned(unit, f"P-{n}-{unit}", "A3", 500) for n in range(70) for unit in units]
    narratives.builder.submit("giao-ke-hoach", "trung-uong", date(2018, 1, 31), lines, **for_nation)
    narratives.night()

    lai_chau = narratives.verdicts("tin/003", "text")
    assert lai_chau["77,85 triệu đồng + 100 triệu đồng + 75 triệu đồng = 252,85 triệu đồng"] == ("pass", "exact", None)
    against = narratives.verdicts("tin/003", "figure")
    assert against["252,85 triệu đồng"] == ("pass", "exact", None)
    assert against["100 triệu đồng"] == against["75 triệu đồng"] == ("undecided", None, "part_of_another")
    assert against["03 đề án"] == ("pass", "exact", None)

    one_plan = [
        v for words, v in narratives.verdicts("tin/002", "text").items() if "85.05%" in words and "25,8%" in words
    ]
    assert [verdict for verdict, *_ in one_plan] == ["pass"]
    # the sum over the units of the decision is one short of what the text states
    assert narratives.inbox.rows(
        """select verdict, closeness, reason, other_value from checks.chk_mention
        where judgement = 'figure' and written = '189/211 đề án' order by mention_number"""
    ) == [("undecided", None, "no_figure", None), ("fail", "soft", None, Decimal(210))]

    # eleven groups of which ten are named
    assert all(verdict != "fail" for verdict, *_ in narratives.verdicts("tin/004", "text").values())
    failed = "select count(*) from checks.chk_mention where judgement = 'text' and verdict = 'fail'"
    assert narratives.inbox.rows(failed) == [(0,)]
    # every mention but targets and ratios has its row, and none is a figure
    unjudged = """select count(*) from raw.mention as m where coalesce(m.measure, '') not in ('target', 'ratio') and not exists (
        select 1 from checks.chk_mention as c where c.judgement = 'figure'
            and (c.submission_key, c.mention_number) = (m.submission_key, m.mention_number))"""
    assert narratives.inbox.rows(unjudged) == [(0,)]
    as_figure = """select count(*) from facts.fct_contribution inner join raw.receipt on cause_reference = sha256
        where starts_with(location, 'tin/')"""
    assert narratives.inbox.rows(as_figure) == [(0,)]
    owed = "select count(*) from staging.stg_owed where form_code = 'tuong-thuat'"
    assert narratives.inbox.rows(owed) == [(0,)]


def test_a_group_is_compared_only_when_its_units_have_reported(narratives):
    report_son_la(narratives.builder)
    text = COMPARED.replace("tỉnh Sơn La", "khu vực phía Bắc")
    narratives.put("tin/phia-bac.txt", text)
    narratives.night()
    assert narratives.verdicts("tin/phia-bac", "figure")["120 lao động"] == ("undecided", None, "reports_missing")
