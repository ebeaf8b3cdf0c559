"""`python tests/equality take|compare …`: see the package's own words."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from equality.command import Kc, digest_of, embedded_address
from equality.difference import compare, counts, write_take
from equality.left_out import ALWAYS, RUNNING_CLOCK
from equality.relations import digests
from equality.sample import play_first_night, play_second_night
from equality.thirty import play_thirty_nights


def main() -> int:
    parser = argparse.ArgumentParser(prog="equality", description="Whether two versions of the code make the same.")
    commands = parser.add_subparsers(dest="command", required=True)
    taking = commands.add_parser("take", help="play a nation with the code of a tree and write down what it made")
    taking.add_argument("--tree", type=Path, required=True, help="the version: a checkout with its .venv")
    taking.add_argument("--nation", choices=("sample", "thirty"), required=True)
    taking.add_argument("--out", type=Path, required=True, help="where the take and its documents are written")
    taking.add_argument("--work", type=Path, help="folder of the homes, removed first; default OUT/home-NATION")
    comparing = commands.add_parser("compare", help="say what differs; exit 1 when anything does")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    comparing.add_argument("--expected", action="append", default=[], metavar="SCHEMA.RELATION", help="may come or go")
    asked = parser.parse_args()
    if asked.command == "compare":
        return compare(asked.before, asked.after, asked.expected)
    work = asked.work or asked.out / f"home-{asked.nation}"
    return take(asked.tree.resolve(), asked.nation, asked.out.resolve(), work.resolve())


def take(tree: Path, nation: str, out: Path, work: Path) -> int:
    """Play a nation in fresh homes below `work` and write its takes; the servers are stopped afterwards, the homes stay."""
    began = time.monotonic()
    left_out = ALWAYS | RUNNING_CLOCK if nation == "sample" else ALWAYS
    servers = [Kc(tree, work / name, left_out=left_out) for name in ("nation", "server")]
    for server in servers:
        if server.home.exists():
            server.run("stop")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        if nation == "thirty":
            kc = play_thirty_nights(tree, work)
            _write(out, "thirty", kc, embedded_address(work / "server"), began)
            return 0
        kc = servers[0]
        play_first_night(kc)
        _write(out, "sample", kc, embedded_address(kc.home), began)
        kc.documents.clear()
        play_second_night(kc)
        _write(out, "sample-reviewed", kc, embedded_address(kc.home), began)
    finally:
        for server in servers:
            if server.home.exists():
                server.run("stop")
    return 0


def _write(out: Path, name: str, kc: Kc, dsn: str, began: float) -> None:
    tables = digests(dsn, kc.left_out)
    path = write_take(out, name, tables, kc.documents, digest_of)
    print(f"{path}: {counts({'tables': tables, 'documents': _sizes(kc)})}; {time.monotonic() - began:.0f} s", flush=True)


def _sizes(kc: Kc) -> dict[str, dict[str, int]]:
    return {name: {"bytes": len(text.encode())} for name, text in kc.documents.items()}


if __name__ == "__main__":
    sys.exit(main())
