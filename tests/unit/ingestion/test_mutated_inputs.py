"""Damaged inputs by the thousand through the readers: none takes a minute or a gigabyte, none is left without a sentence."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest
from inboxes import AS_OF
from mutants import mutants

from ingestion.findings import find
from ingestion.landing.receipts import Receipt, extension_of, keep
from ingestion.reading.channel import Job
from ingestion.reading.outcomes import FileRead, FileTrouble
from ingestion.reading.pool import OUTPUT_BYTES, Reader, ReaderPool
from warehouse.parameters import read_parameters
from warehouse.settings import PROJECT, Settings

BATCH = 1000
MOST_SECONDS, MOST_BYTES = 60, 2**30


@pytest.mark.parametrize(
    ("seed", "count"), [(11, 150), pytest.param(12, 20_000, marks=pytest.mark.long)], ids=["some", "twenty thousand"]
)
def test_every_damaged_input_is_read_or_told(tmp_path, monkeypatch, seed, count):
    limits = read_parameters(Settings(home=tmp_path, database_url=None, inbox=None))
    assert limits["read_memory_bytes"] <= MOST_BYTES and limits["read_seconds"] <= MOST_SECONDS
    forms, register = PROJECT / "ingestion" / "forms", PROJECT / "dbt_project" / "register"
    job = Job(tmp_path, forms, register, limits["read_seconds"], int(limits["read_memory_bytes"]), OUTPUT_BYTES)
    seconds: list[float] = []
    memory: list[int] = []
    read_one = Reader.read

    def timed(self, receipt):
        began = time.perf_counter()
        try:
            return read_one(self, receipt)
        finally:
            seconds.append(time.perf_counter() - began)
            memory.append(_most_memory(self.process.pid))

    monkeypatch.setattr(Reader, "read", timed)
    became: Counter[str] = Counter()
    crashed: dict[str, str] = {}
    made = mutants(seed, count)
    with ReaderPool(job) as pool:
        for start in range(0, count, BATCH):
            receipts, names = [], {}
            for number, (name, data) in zip(range(start, min(start + BATCH, count)), made, strict=False):
                receipts.append(Receipt(number, "long-an", AS_OF, keep(data, name, tmp_path), extension_of(name)))
                names[number] = name
            for receipt, outcome in pool.outcomes(receipts):
                name = names[receipt.receipt_key]
                became[_said(name, outcome)] += 1
                if isinstance(outcome, FileTrouble) and outcome.cause == "file_crash":
                    crashed[name] = outcome.detail
    largest = max(memory) / 2**20
    print(
        f"{count} inputs: {became.most_common()}; the slowest took {max(seconds):.1f} s, the largest reader {largest:.0f} MB"
    )
    assert sum(became.values()) == count
    assert max(seconds) < MOST_SECONDS and max(memory) < MOST_BYTES
    assert became["told"] > count / 3 and not crashed


def _most_memory(process: int) -> int:
    """The most memory that a process had in the machine so far, in bytes; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def _said(name: str, outcome: object) -> str:
    """What became of a file: read in silence, told, or a trouble with its cause. Every word said is a sentence in two languages."""
    if not isinstance(outcome, FileRead):
        said = [find(outcome.cause, written=name, detail=outcome.detail, expected=3)]
        word = outcome.cause
    else:
        said = [*outcome.findings, *(each for rows in outcome.submissions for each in rows.findings)]
        word = "told" if said else "read"
        # Whoever cannot say whose report a file is says why.
        assert said or outcome.submissions and all(rows.identity for rows in outcome.submissions), name
    for finding in said:
        assert finding.message_vi != finding.message_en and finding.message_vi.endswith((".", ")", "!")), (
            name,
            finding,
        )
        assert "{detail}" not in finding.message_vi + finding.message_en
    return word
