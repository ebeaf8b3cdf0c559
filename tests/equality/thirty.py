"""The thirty nights of tests/integration, played by the tree's own python, and what `kc` says after them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from equality.command import Kc, embedded_address
from equality.figures import ask_desk, ask_explanations, ask_refusals, ask_releases, ask_rollups

PERIODS = ("2025-04..2025-06", "2025-01..2025-03", "2025-01..2025-09")
UNITS = ("ha-noi", "thanh-hoa", "long-an", "tay-ninh-2025", "phia-nam")
DRIVER = Path(__file__).with_name("play_thirty.py")


def play_thirty_nights(tree: Path, folder: Path) -> Kc:
    """A fresh embedded server, the nights on it, and the documents; returns the `kc` of the country."""
    server = Kc(tree, folder / "server")
    server.home.mkdir(parents=True)
    server.run("release", "list", "--json")  # starts and migrates it
    dsn = embedded_address(server.home)
    country, told = folder / "country", folder / "nights.json"
    subprocess.run([tree / ".venv" / "bin" / "python", DRIVER, tree, dsn, country, told], env=server.environment, check=True)

    kc = Kc(tree, country / "kc", {"KC_DATABASE_URL": dsn, "KC_INBOX": str(country / "inbox")})
    nights = json.loads(told.read_text(encoding="utf-8"))
    for number, (day, document) in enumerate(nights, 1):
        kc.keep(f"night {number:02} of {day}", json.dumps(document))
    days = [day for day, _ in nights]
    ask_desk(kc, days[-1])
    newest = ask_releases(kc)
    for by in ("nation", "region", "unit", "submission"):
        kc.ask("release", "bridge", 1, newest, "--by", by, "--json")
    for a, b in ((1, newest), *((n, n + 1) for n in range(1, newest))):
        kc.ask("release", "bridge", a, b, "--by", "cell", "--json")
    chosen = ask_rollups(kc, PERIODS, nights=days)
    ask_explanations(kc, PERIODS[0], chosen, UNITS)
    ask_refusals(kc)
    return kc
