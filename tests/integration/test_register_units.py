"""Nights over a country to which units were added and in which they merged by `kc register`; and over a form that is misspelt."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from datetime import date

import psycopg2
import pytest
from small_country import Country, at, money_report

from khuyencong.night.nightly import run_nightly
from khuyencong.register.draft import settle
from khuyencong.register.mergers import Merger, merge_units
from khuyencong.register.units import NewUnit, add_unit
from warehouse.settings import PROJECT

SPRING, AUTUMN = at("2025-05-10"), at("2025-11-10")
MILLION = 1_000_000


def figures(disbursed):
    return {"A1": {"plan": 900, "contracted": 600, "implemented": 500, "disbursed": disbursed, "settled": 50}}


def accepted(settings, period_end):
    """unit → đồng disbursed of A1 that the open release accepts at the end of a period."""
    with contextlib.closing(psycopg2.connect(settings.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            """select unit_key, value from release.contribution
            where closed_release is null and state = 'accepted' and indicator_code = 'KC-E05' and fund_code = 'KCDP-T'
                and activity_code = 'A1' and period_end = %s order by 1""",
            (period_end,),
        )
        return dict(cursor.fetchall())


def reports(settings, period_end):
    with contextlib.closing(psycopg2.connect(settings.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select unit_key, state from release.report where closed_release is null and period_end = %s order by 1", (period_end,)
        )
        return dict(cursor.fetchall())


@pytest.mark.long
def test_a_unit_that_was_added_reports_and_goes_on_in_the_one_it_merged_into(tmp_path, database):
    country = Country(tmp_path / "country")
    settings = country.settings(database.dsn)
    new = NewUnit(
        key="hoa-lu", name="Hoa Lư", kind="province", begins=date(2024, 1, 1), basis="NQ 1/2023/QH15", region="phia-bac",
        gso_code="99", aliases=("TP Hoa Lư",),
    )  # fmt: skip
    settle(add_unit(country.register, new), settings, dry_run=False)
    sent = (("ha-noi", "Hà Nội", 100), ("hoa-lu", "thành phố Hoa Lư", 150))
    for unit, name, disbursed in sent:
        moment = at("2025-04-10")
        country.receive(f"{unit}/q1.xlsx", money_report(unit, name, "2025-03", figures(disbursed), moment), moment, unit)
    run_nightly(settings, SPRING, lambda: SPRING)
    assert accepted(settings, "2025-03-31") == {"ha-noi": 100 * MILLION, "hoa-lu": 150 * MILLION}
    assert reports(settings, "2025-03-31")["hoa-lu"] == "in_force"
    assert reports(settings, "2025-03-31")["thanh-hoa"] == "missing"

    merger = Merger(units=("hoa-lu", "thanh-hoa"), into="hoa-lu-2025", on=date(2025, 7, 1), basis="NQ 202/2025/QH15")
    settle(merge_units(country.register, merger, date(2025, 7, 1)), settings, dry_run=False)
    moment = at("2025-10-10")
    merged = money_report("hoa-lu-2025", "Hoa Lư", "2025-09", figures(400), moment)
    country.receive("hoa-lu-2025/q3.xlsx", merged, moment, "hoa-lu-2025")
    run_nightly(settings, AUTUMN, lambda: AUTUMN)
    assert accepted(settings, "2025-09-30") == {"hoa-lu-2025": 400 * MILLION}
    assert reports(settings, "2025-09-30")["hoa-lu-2025"] == "in_force"
    assert not {"hoa-lu", "thanh-hoa"} & reports(settings, "2025-09-30").keys()  # they owe nothing after their end
    assert accepted(settings, "2025-03-31") == {"ha-noi": 100 * MILLION, "hoa-lu": 150 * MILLION}


@pytest.mark.parametrize(
    ("written", "instead", "sentence"),
    [
        ("indicator: KC-E05, fund: KCDP-T", "indicator: KC-E5, fund: KCDP-T", "column kcdp_t_disbursed: indicator is 'KC-E5'"),
        ("line_key: [activity]", "line_key: [activty]", "sheet money: line_key is 'activty'"),
        ("nil_allowed: false", "nil_allowed: flase", "nil_allowed is 'flase'; it must be true or false"),
    ],
)
def test_a_night_does_not_pass_over_a_misspelt_form(tmp_path, database, written, instead, sentence):
    country = Country(tmp_path / "country")
    forms = shutil.copytree(PROJECT / "ingestion" / "forms", tmp_path / "forms")
    text = (forms / "kinh-phi.yml").read_text(encoding="utf-8")
    assert written in text
    (forms / "kinh-phi.yml").write_text(text.replace(written, instead, 1), encoding="utf-8")
    settings = dataclasses.replace(country.settings(database.dsn), forms=forms)
    moment = at("2025-04-10")
    country.receive("ha-noi/q1.xlsx", money_report("ha-noi", "Hà Nội", "2025-03", figures(100), moment), moment, "ha-noi")
    with pytest.raises(Exception, match="kinh-phi.yml") as failed:
        run_nightly(settings, SPRING, lambda: SPRING)
    assert sentence in str(failed.value)
