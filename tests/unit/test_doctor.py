"""The doctor finds what is wrong, and says what to do."""

import dataclasses
from pathlib import Path

import pytest

from kc import doctor
from warehouse.settings import PROJECT, Settings

UNREACHABLE = "postgresql://nobody:nothing@127.0.0.1:1/nothing"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database_url=UNREACHABLE, inbox=tmp_path)


def by_name(settings: Settings) -> dict[str, doctor.Check]:
    return {check.name: check for check in doctor.checks(settings)}


def test_the_packages_of_this_environment_are_those_of_the_lock(settings):
    found = by_name(settings)
    assert {name: found[name].ok for name in doctor.PINNED} == dict.fromkeys(doctor.PINNED, True)


def test_every_check_that_fails_says_what_to_do(settings, monkeypatch):
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "true")
    monkeypatch.setattr(doctor, "LEAST_FREE_GB", 1e9)
    monkeypatch.setattr(doctor, "PINNED", ("no-such-package",))
    lost = dataclasses.replace(settings, inbox=settings.home / "nowhere")
    failed = {name: check for name, check in by_name(lost).items() if not check.ok}
    assert set(failed) == {"disk", "no-such-package", "warehouse", "marts", "inbox", "telemetry"}
    assert all(check.remedy for check in failed.values())
    assert "does not answer" in failed["warehouse"].message


def test_the_lock_holds_no_address_and_exact_versions_only():
    lines = (PROJECT / "requirements.lock").read_text(encoding="utf-8").split("\n")
    assert [line for line in lines if line and not line.startswith("#") and ("==" not in line or "://" in line)] == []


def test_the_inboxes_are_those_that_a_night_reads(settings):
    places = dataclasses.replace(settings, inbox=None)
    inbox = {check.name: check for check in doctor.checks(places)}["inbox"]
    assert not inbox.ok
    (settings.home / "samples" / "published").mkdir(parents=True)
    inbox = {check.name: check for check in doctor.checks(places)}["inbox"]
    assert inbox.ok
