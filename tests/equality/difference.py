"""What differs between two takes, with the counts of both."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Take = Mapping[str, Any]
MOST_LINES = 12


def write_take(out: Path, name: str, tables: Take, documents: Mapping[str, str], digest_of: Any) -> Path:
    """`out/<name>.json` with {tables, documents}, and each document as text in `out/<name>/`."""
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    listed = {}
    for number, (asked, text) in enumerate(sorted(documents.items()), 1):
        file = folder / f"{number:03}.txt"
        file.write_text(text, encoding="utf-8")
        listed[asked] = {"digest": digest_of(text), "bytes": len(text.encode()), "file": f"{name}/{file.name}"}
    path = out / f"{name}.json"
    path.write_text(json.dumps({"tables": tables, "documents": listed}, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def differences(before: Take, after: Take, expected: Iterable[str] = ()) -> list[str]:
    """A sentence for every table and document that differs or stands on one side only; `expected` relations may come or go."""
    found = []
    old, new = before["tables"], after["tables"]
    for name in sorted(old.keys() ^ new.keys()):
        if name not in set(expected):
            side, table = ("before", old[name]) if name in old else ("after", new[name])
            found.append(f"{name}: only {side}, {table['rows']} rows")
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            found.append(f"{name}: {old[name]['rows']} rows before, {new[name]['rows']} after; {_where(old[name], new[name])}")
    old, new = before["documents"], after["documents"]
    for name in sorted(old.keys() ^ new.keys()):
        found.append(f"kc {name}: only {'before' if name in old else 'after'}")
    for name in sorted(old.keys() & new.keys()):
        if old[name]["digest"] != new[name]["digest"]:
            found.append(f"kc {name}: {old[name]['bytes']} bytes before, {new[name]['bytes']} after")
    return found


def _where(old: Take, new: Take) -> str:
    """Which columns of a table differ; none when only the way in which values stand together in rows does."""
    if old["rows"] == new["rows"] and old["content"] == new["content"]:
        return "the same rows, numbered in another way"
    names = sorted(name for name in old["columns"].keys() | new["columns"].keys()
                   if old["columns"].get(name) != new["columns"].get(name))  # fmt: skip
    return f"columns that differ: {', '.join(names)}" if names else "the same values in every column, in other rows"


def counts(take: Take) -> str:
    """How much a take holds."""
    rows, n_bytes = (sum(each[of] for each in take[what].values()) for what, of in (("tables", "rows"), ("documents", "bytes")))
    return f"{len(take['tables'])} tables and views, {rows} rows; {len(take['documents'])} documents, {n_bytes} bytes"


def compare(before: Path, after: Path, expected: Iterable[str] = ()) -> int:
    """Print what differs, documents with their first lines, and the counts of both; 1 when anything does, else 0."""
    takes = [json.loads(path.read_text(encoding="utf-8")) for path in (before, after)]
    found = differences(*takes, expected)
    for sentence in found:
        print(sentence)
    old, new = (take["documents"] for take in takes)
    for name in sorted(old.keys() & new.keys()):
        if old[name]["digest"] != new[name]["digest"]:
            texts = [(path.parent / each[name]["file"]).read_text(encoding="utf-8").splitlines()
                     for path, each in ((before, old), (after, new))]  # fmt: skip
            lines = list(difflib.unified_diff(*texts, f"before: kc {name}", f"after: kc {name}", lineterm="", n=1))
            print("\n".join(["", *lines[:MOST_LINES], f"… {len(lines)} lines of difference"]))
    for side, path, take in zip(("before", "after"), (before, after), takes, strict=True):
        print(f"{side}  {path}: {counts(take)}")
    if expected:
        print(f"not compared, because they may come or go: {', '.join(sorted(expected))}")
    print(f"{len(found)} different")
    return int(bool(found))
