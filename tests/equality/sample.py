"""The sample nation through `kc` alone: its night as `kc demo` plays it, words of reviewers and the desk, and a second night."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from equality.command import Kc
from equality.figures import NARRATIVE, ask_desk, ask_explanations, ask_files, ask_refusals, ask_releases, ask_rollups

PERIODS = ("2025-01..2025-12", "2025-01..2025-06", "2026-01..2026-03", "2025-04..2026-03")
FIRST_DAY, CHASED, SECOND_NIGHT = "2026-04-29", "2026-05-02T08:00", "2026-05-03T21:00"
RECEIVED = "2026-05-01T09:00:00+07:00"
UNITS = ("ha-noi", "tay-ninh-2025", "phia-nam")


def play_first_night(kc: Kc) -> None:
    """`kc demo`, and everything that can be asked after it; nothing that is asked is written."""
    kc.ask("demo", "--json")
    ask_desk(kc, FIRST_DAY)
    ask_releases(kc)
    chosen = ask_rollups(kc, PERIODS)
    ask_explanations(kc, "2025-01..2025-12", chosen, UNITS)
    ask_refusals(kc)
    ask_files(kc, kc.home.parent / "files", _books(kc.home / "samples"))
    kc.ask("bench", "planted", "--json")
    pairs = _versions(kc.home / "samples")
    for old, new in pairs[:6]:
        kc.ask("diff", old, new, "--json")
    for flag in _flags(kc)[:3]:
        kc.ask("decide", flag["flag_id"], "waive", "--dry-run", "--json")


def play_second_night(kc: Kc) -> None:
    """Words of every kind, a withdrawal, a period signed off, a chase; a night later; and what follows from all of it."""
    _receive(kc.home / "samples")
    flags = _flags(kc)
    repairable = [flag for flag in flags if flag["n_proposed"] and flag["severity"] == "block"]
    others = [flag for flag in flags if not flag["n_proposed"]]
    reason = ("--reason", "Sở Công Thương xác nhận")
    for flag in repairable[:4]:
        kc.ask("decide", flag["flag_id"], "apply", *(["--block"] if flag["n_proposed"] > 1 else []), *reason, "--json")
    kc.ask("decide", others[0]["flag_id"], "waive", *reason, "--json")
    kc.ask("decide", others[1]["flag_id"], "confirm", *reason, "--json")
    kc.ask("decide", others[2]["flag_id"], "waive", "--until", "2026-05-20", *reason, "--json")
    kc.ask("decide", others[2]["flag_id"], "revoke", *reason, "--json")
    kc.ask("decide", repairable[0]["flag_id"], "sign", *reason, "--json", name="nobody signs what they decided")
    kc.ask("withdraw", _versions(kc.home / "samples")[0][1], "--reason", "gửi nhầm", "--json")
    kc.ask("release", "finalise", "--period", "2025-06", "--reason", "Báo cáo đã ký", "--json")
    kc.ask("chase", "--as-of", CHASED, "--json")
    kc.ask("nightly", "--as-of", SECOND_NIGHT, "--json")
    kc.ask("nightly", "--as-of", SECOND_NIGHT, "--json", name="the same night again")
    kc.ask("release", "reopen", "--period", "2025-06", "--reason", "Kiểm toán tìm thấy sai đơn vị", "--json")
    ask_desk(kc, "2026-05-03")
    newest = ask_releases(kc, [(1, 2)])
    kc.ask("release", "bridge", 1, newest, "--by", "cell", "--period", "2025-01..2025-12", "--json")
    chosen = ask_rollups(kc, PERIODS[1:3], nights=(FIRST_DAY, "2026-05-03"))
    ask_explanations(kc, PERIODS[1], chosen, UNITS[:1])


def _receive(samples: Path) -> None:
    """What comes between the nights: a narrative, half a workbook, a report that is sent again as it was first sent."""
    report = samples / _versions(samples)[1][0]
    book = report.read_bytes()
    again = report.with_name(f"{report.stem}-v3.xlsx")
    arrivals = {
        samples / "son-la" / "tuong-thuat-2025-06.txt": NARRATIVE.encode(),
        samples / "son-la" / "kinh-phi-half.xlsx": book[: len(book) // 2],
        again: book,
    }
    with (samples / "manifest.csv").open("a", encoding="utf-8", newline="") as manifest:
        for file, content in arrivals.items():
            file.write_bytes(content)
            manifest.write(f"{file.relative_to(samples)},{RECEIVED},bao-cao@{file.parent.name}.example,\n")


def _flags(kc: Kc) -> list[dict[str, Any]]:
    """The open flags in the order of the queue; not a document of its own."""
    return json.loads(kc.run("flags", "--json").stdout)["flags"]


def _books(samples: Path) -> list[Path]:
    """Three files of every kind that lies in the sample's folders, some of them with planted errors, and published ones."""
    by_kind: dict[str, list[Path]] = {}
    for file in sorted(samples.glob("*/*.*")):
        kind = file.name.split("-20")[0]
        by_kind.setdefault(kind, []).append(file)
    chosen = [file for files in by_kind.values() for file in (files[0], files[len(files) // 2], files[-1])]
    return [*dict.fromkeys(chosen), *sorted(samples.glob("published/*/*.xlsx"))[:2]]


def _versions(samples: Path) -> list[tuple[str, str]]:
    """Pairs (older, newer) of places in the inbox where a report was sent again."""
    newer = sorted(samples.glob("*/*-v2.xlsx"))
    pairs = [(file.with_name(file.name.replace("-v2", "")), file) for file in newer]
    return [(str(a.relative_to(samples)), str(b.relative_to(samples))) for a, b in pairs if a.is_file()]
