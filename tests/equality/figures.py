"""Documents that every nation is asked for: the command line over a warehouse that holds nights, and over files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from equality.command import Kc

# As reported, and the maps of a day before and of the day after the mergers.
MAPS = ("as-reported", "2025-06-30", "2025-07-01")
LEVELS = ("nation", "region", "unit")


def ask_desk(kc: Kc, as_of: str) -> None:
    """Everything about the night that is no figure: who is late, what is held, what rules said, who decided, what is asked for."""
    kc.ask("status", "--as-of", as_of, "--json")
    kc.ask("chase", "--as-of", as_of, "--dry-run", "--json")
    for severity in ("block", "warn", "shadow"):
        kc.ask("flags", "--severity", severity, "--status", "all", "--json")
    kc.ask("decisions", "--json")
    kc.ask("reviewer", "list", "--json")
    kc.ask("rules", "--json")
    kc.ask("rules", "--undecided", "--json")
    kc.ask("rules", "--undecided", "--one-sided", "--json")


def ask_releases(kc: Kc, bridges: Iterable[tuple[int, int]] = ()) -> int:
    """The releases, each as it is shown, and the bridges between pairs of them, at every level; returns the newest release."""
    releases = kc.ask("release", "list", "--json")["releases"]
    for release in releases:
        kc.ask("release", "show", release["release"], "--json")
    for a, b in bridges:
        for by in (*LEVELS, "submission"):
            kc.ask("release", "bridge", a, b, "--by", by, "--json")
    return releases[0]["release"]


def ask_rollups(kc: Kc, periods: Sequence[str], nights: Iterable[str] = ()) -> set[tuple[str, str]]:
    """Roll-ups of periods on every map, the first at every level and with totals, and the nation as of earlier nights.

    Returns the (indicator, fund) of all that was released, for `ask_explanations`.
    """
    seen = set()
    for period in periods:
        for geography in MAPS:
            chosen = ("rollup", "--period", period, "--geography", geography)
            document = kc.ask(*chosen, "--json")
            seen |= {(row["indicator_code"], row["fund"]) for row in document["rows"]}
            if period == periods[0]:
                kc.ask(*chosen, "--by", "region", "--json")
                kc.ask(*chosen, "--by", "unit", "--indicator", "KC-E05", "--json")
    for period in periods[:1]:
        kc.ask("rollup", "--period", period, "--by", "unit", "--json")
        for by in ("nation", "region"):
            for total in ("fund", "activity", "fund,activity"):
                kc.ask("rollup", "--period", period, "--by", by, "--total", total, "--json")
        for night in nights:
            kc.ask("rollup", "--period", period, "--as-of", night, "--json")
    return seen


def ask_explanations(kc: Kc, period: str, chosen: Iterable[tuple[str, str]], units: Iterable[str]) -> None:
    """Every fourth indicator for the nation, and some with a fund for each of the units."""
    chosen = sorted(chosen)
    for indicator in sorted({indicator for indicator, _ in chosen})[::4]:
        kc.ask("explain", "--period", period, "--indicator", indicator, "--json")
    for unit in units:
        for indicator, fund in chosen[:: max(1, len(chosen) // 4)]:
            kc.ask("explain", "--period", period, "--indicator", indicator, "--fund", fund, "--unit", unit, "--json")


def ask_refusals(kc: Kc) -> None:
    """What cannot be answered: the sentence and the exit code are documents too."""
    for question in (
        ("rollup", "--period", "2025-13..2025-14"),
        ("rollup", "--period", "2025-01..2025-06", "--indicator", "KC-NONE"),
        ("rollup", "--period", "2025-01..2025-06", "--geography", "somewhere"),
        ("rollup", "--period", "2025-01..2025-06", "--by", "district"),
        ("explain", "--period", "2025-06", "--indicator", "KC-NONE"),
        ("explain", "--period", "2025-06", "--indicator", "KC-E05", "--unit", "atlantis"),
        ("release", "show", "9999"),
        ("release", "bridge", "1", "9999"),
        ("rules", "--rule", "KP-9999"),
        ("diff", "nowhere.xlsx", "nowhere-v2.xlsx"),
        ("decide", "ffffffffffff", "waive", "--reason", "there is no such flag"),
        ("withdraw", "nowhere.xlsx", "--reason", "there is no such file"),
        ("read", "nowhere.xlsx"),
        ("submit", "nowhere.xlsx", "--dry-run"),
    ):
        kc.ask(*question, "--json")


NARRATIVE = """Kết quả công tác khuyến công 6 tháng đầu năm 2025 tỉnh Sơn La

Trong 6 tháng đầu năm 2025, tỉnh Sơn La đã giải ngân 900 triệu đồng kinh phí khuyến công địa phương, trong đó bao gồm: \
đào tạo nghề 300 triệu đồng; hội chợ triển lãm 400 triệu đồng; thông tin tuyên truyền 150 triệu đồng.
6 tháng đầu năm 2025, khuyến công địa phương đã đào tạo nghề cho 120 lao động; hỗ trợ xây dựng 3 mô hình trình diễn kỹ thuật; \
hỗ trợ hơn 20 gian hàng tham gia hội chợ. Kinh phí khuyến công địa phương đã giải ngân là 1.250 triệu đồng, đạt 50% kế hoạch năm.
"""
PROBLEM = {
    "rules": ["a + b == t", "t <= p", "a <= 2 * b"],
    "records": [
        {"id": "sound", "values": {"a": 100, "b": 60, "t": 160, "p": 200}},
        {"id": "in thousands", "values": {"a": 100000, "b": 60, "t": 160, "p": 200}},
        {"id": "swapped digits", "values": {"a": 123, "b": 77, "t": 200, "p": 190}, "previous": {"a": 110, "b": 70, "t": 180}},
        {"id": "rounded", "values": {"a": 33.3, "b": 33.3, "t": 66.7, "p": 80}},
        {"id": "nothing fits", "values": {"a": -5, "b": 900, "t": 1, "p": 0}},
    ],
}


def ask_files(kc: Kc, folder: Path, books: Sequence[Path]) -> None:
    """`kc read` and `kc submit --dry-run` of workbooks, of text and pages, and of bytes that are none; `kc reconcile`."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        "narrative.txt": NARRATIVE.encode(),
        "narrative.html": f"<html><body><h1>Báo cáo</h1><p>{NARRATIVE}</p></body></html>".encode(),
        "narrative-utf16.txt": NARRATIVE.encode("utf-16"),
        "empty.xlsx": b"",
        "no-book.xlsx": b"no workbook at all",
        "half.xlsx": books[0].read_bytes()[: books[0].stat().st_size // 2],
        "unknown.pdf": b"%PDF-1.7",
        "lines.csv": "STT;Nội dung;Số tiền\n1;Đào tạo nghề;1.234,5\n".encode(),
    }
    for name, content in made.items():
        (folder / name).write_bytes(content)
    files = [*books, *(folder / name for name in made)]
    for file in files:
        kc.ask("read", file, "--json")
    kc.ask("submit", "--dry-run", *files[:3], folder / "narrative.txt", folder / "half.xlsx", "--json")
    problems: dict[str, Any] = {
        "problem.json": PROBLEM,
        "no-rules.json": {"records": []},
        "wrong.json": PROBLEM | {"rules": ["a + == t"]},
    }
    for name, problem in problems.items():
        (folder / name).write_text(json.dumps(problem), encoding="utf-8")
        kc.ask("reconcile", folder / name)
