"""Thirty nights through `kc nightly`: each is read back as it was, rebuilt to its hash, bridged to the others with nothing left."""

from __future__ import annotations

import contextlib
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extras import RealDictCursor
from small_country import Country, at
from thirty_nights import NIGHTS

from ingestion.landing.receipts import landed_path
from khuyencong.figures.bridge import AMOUNTS, bridge
from khuyencong.figures.rollup import rollup
from khuyencong.night.nightly import run_nightly
from khuyencong.release.listing import release_show
from warehouse.address import Warehouse, connect
from warehouse.settings import TIMEZONE, Settings

pytestmark = pytest.mark.long
REASONS = {"register", "calendar", "rule", "succession", "decision", "late", "revision", "arrival", "held", "cleared"}


@dataclass
class Story:
    """What thirty nights came to: the document of each and what `kc rollup` printed in the morning after."""

    country: Country
    settings: Settings
    warehouse: Warehouse
    nights: list[dict[str, Any]] = field(default_factory=list)
    mornings: list[list[Any]] = field(default_factory=list)


def ask(warehouse: Warehouse, query: str, *values: Any) -> list[dict[str, Any]]:
    with contextlib.closing(connect(warehouse)) as connection, connection, connection.cursor(
        cursor_factory=RealDictCursor
    ) as cursor:
        cursor.execute(query, values)
        return [dict(row) for row in cursor]


def printed(warehouse: Warehouse, as_of: datetime | None = None) -> list[Any]:
    """`kc rollup` of every quarter, as the nation, by region and by unit, on the map of the time and on that after the mergers."""
    with contextlib.closing(connect(warehouse)) as connection:
        return [
            rollup(connection, period, as_of=as_of, by=by, geography=geography)["rows"]
            for period in ("2025-01..2025-03", "2025-04..2025-06", "2025-01..2025-09")
            for by, geography in (("nation", "as-reported"), ("region", "as-reported"), ("unit", "2025-07-01"))
        ]


@pytest.fixture(scope="module")
def story(named_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The nights, one after the other; the register and rules of each are kept beside."""
    warehouse = named_database("khuyencong_story")
    country = Country(tmp_path_factory.mktemp("story") / "country")
    told = Story(country, country.settings(warehouse.dsn), warehouse)
    for number, evening in enumerate(NIGHTS):
        with contextlib.closing(connect(warehouse)) as connection:
            for happen in evening.events:
                happen(country, connection)
        for kept, folder in (("register", country.register), ("rules", country.rules)):
            shutil.copytree(folder, country.home / "kept" / str(number) / kept)
        told.nights.append(run_nightly(told.settings, at(evening.day), lambda moment=evening.day: at(moment)))
        told.mornings.append(printed(warehouse))
    yield told


def test_each_night_did_what_it_is_there_to_show(story: Story) -> None:
    moved = defaultdict(set)
    for row in ask(
        story.warehouse,
        """select at_release as n, why from release.movement
        union select opened_release, reason from release.report
        union select closed_release, closed_reason from release.report where closed_release is not null""",
    ):
        moved[row["n"]].add(row["why"])
    before, seen = 0, set()
    for evening, night in zip(NIGHTS, story.nights, strict=True):
        reasons = moved[night["release"]] if night["release"] > before else set()
        assert reasons == set(evening.reasons), evening.day
        before, seen = night["release"], seen | reasons
    assert seen == REASONS


def test_what_comes_back_has_the_hash_that_it_had(story: Story) -> None:
    hashes = {evening.day: night["release_hash"] for evening, night in zip(NIGHTS, story.nights, strict=True)}
    assert hashes["2025-05-10"] == hashes["2025-05-14"] != hashes["2025-05-12"]
    assert hashes["2025-04-10"] == hashes["2025-04-11"]


def test_every_release_still_has_its_hash_and_its_inputs(story: Story) -> None:
    rows = ask(
        story.warehouse,
        "select release_number as n, release_hash as released, release.content_hash(release_number) as now from release.release",
    )
    assert len(rows) == story.nights[-1]["release"] > 20
    assert all(row["released"] == row["now"] for row in rows)
    with contextlib.closing(connect(story.warehouse)) as connection:
        runs = [release_show(connection, row["n"])["run"] for row in rows]
    assert len({run["rules_hash"] for run in runs}) == 2
    assert len({run["register_hash"] for run in runs}) == 3
    assert len({(run["code_hash"], run["forms_hash"]) for run in runs}) == 1


def test_every_morning_is_printed_again_to_the_last_digit(story: Story) -> None:
    for evening, morning in zip(NIGHTS, story.mornings, strict=True):
        assert printed(story.warehouse, at(evening.day)) == morning, evening.day


def test_every_bridge_between_two_releases_leaves_nothing(story: Story) -> None:
    newest, n_figures = story.nights[-1]["release"], 0
    with contextlib.closing(connect(story.warehouse)) as connection:
        for a in range(1, newest + 1):
            for b in range(a, newest + 1):
                for by in ("unit",) if b - a > 1 else ("unit", "region", "nation"):
                    figures = bridge(connection, a, b, by=by)["figures"]
                    n_figures += len(figures)
                    for figure in figures:
                        assert figure["residual"] == dict.fromkeys(AMOUNTS, 0), (a, b, by, figure)
                assert a != b or not figures
        cells = bridge(connection, 1, newest, by="cell", period="2025-04..2025-06", unit="ha-noi")["figures"]
    assert n_figures > 1000
    assert cells
    assert not any(any(figure["residual"].values()) for figure in cells)


def test_the_mart_of_bridges_adds_up_to_the_newest_figures(story: Story) -> None:
    rows = ask(
        story.warehouse,
        """select sum(accepted_change) as accepted, sum(disputed_change) as disputed from marts.mart_release_bridge
        where period_end = '2025-06-30' and indicator_code = 'KC-E05' and measure = 'ytd'""",
    )
    (now,) = ask(
        story.warehouse,
        """select sum(accepted) as accepted, sum(disputed) as disputed from marts.mart_national_rollup
        where period_end = '2025-06-30' and indicator_code = 'KC-E05' and measure = 'ytd'""",
    )
    assert rows == [now]
    assert now["accepted"] > 0


def test_every_night_is_rebuilt_from_what_was_kept(story: Story, named_database: Any, tmp_path: Path) -> None:
    """In another warehouse and folder, from landed bytes and received_at, decisions, and the register and rules of the time."""
    warehouse = named_database("khuyencong_rebuilt")
    country = Country(tmp_path / "elsewhere")
    settings = country.settings(warehouse.dsn)
    receipts = ask(
        story.warehouse,
        "select receipt_key, claimed_unit_key, sender, received_at, sha256, file_extension from raw.receipt order by sha256",
    )
    for receipt in receipts:
        path = landed_path(story.settings.landing, receipt["sha256"], receipt["file_extension"])
        place = f"{receipt['claimed_unit_key']}/{receipt['sha256'][:12]}-{receipt['receipt_key']}.{receipt['file_extension']}"
        country.receive(place, path.read_bytes(), receipt["received_at"].astimezone(TIMEZONE), receipt["sender"])
    decisions = ask(
        story.warehouse,
        """select flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision, corrected_value, reason, until_date,
            decided_at from review.decision order by decision_key""",
    )
    for number, (evening, night) in enumerate(zip(NIGHTS, story.nights, strict=True)):
        for kept, folder in (("register", country.register), ("rules", country.rules)):
            shutil.rmtree(folder)
            shutil.copytree(story.country.home / "kept" / str(number) / kept, folder)
        due = [row for row in decisions if row["decided_at"] <= at(evening.day)]
        decisions = decisions[len(due) :]
        with contextlib.closing(connect(warehouse)) as connection, connection, connection.cursor() as cursor:
            for row in due:
                cursor.execute(
                    f"insert into review.decision ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})", list(row.values())
                )
        again = run_nightly(settings, at(evening.day), lambda moment=evening.day: at(moment))
        assert (again["release"], again["release_hash"]) == (night["release"], night["release_hash"]), evening.day
