"""One file that a person asks about hurts no more than its own process."""

import os
import signal
from datetime import datetime

import pytest
from hostile_files import CRASHING, GREEDY

import khuyencong.reporter.preview as module
from ingestion.reading.limited import within_limits
from ingestion.reading.outcomes import FileTrouble
from warehouse.settings import TIMEZONE, Settings

MANY = 2**30
NOW = datetime(2026, 4, 20, tzinfo=TIMEZONE)


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def spin() -> None:
    while True:
        pass


@pytest.mark.parametrize(
    ("work", "cause"),
    [(end, "file_crash"), (spin, "file_time"), (lambda: bytearray(2 * MANY), "file_memory"), (lambda: 1 // 0, "file_crash")],
)
def test_what_work_does_to_its_process_comes_back(work, cause):
    outcome = within_limits(work, 1, MANY)
    assert isinstance(outcome, FileTrouble)
    assert outcome.cause == cause


def test_what_work_returns_comes_back():
    assert within_limits(lambda: {"a": 1}, 5, MANY) == {"a": 1}


@pytest.mark.parametrize("name", [*CRASHING, *GREEDY])
def test_a_hostile_file_is_told_and_never_ends_the_command(tmp_path, monkeypatch, name):
    known = module.read_parameters
    monkeypatch.setattr(module, "read_parameters", lambda settings: {**known(settings), "read_seconds": 5})
    make, wanted = {**CRASHING, **GREEDY}[name]
    path = tmp_path / name
    path.write_bytes(make())
    document = module.preview(Settings(home=tmp_path / "kc", database_url=None, inbox=None), path, NOW)
    codes = {finding["code"] for finding in document["findings"]}
    is_of_the_door = any(not code.startswith(("file_", "form_")) for code in wanted)  # which a preview does not ask
    assert not wanted or is_of_the_door or codes & {*wanted, "file_not_readable"}
    for finding in document["findings"]:
        assert finding["message_vi"] and finding["message_en"]
