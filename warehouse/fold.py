"""Version 0.1.0 as this code knows it.

Its migrations were folded into a baseline and `functions/` (decision 0060): a warehouse or a backup that holds exactly these is
taken over, with the baseline's rows in their place.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FOLDED = Path(__file__).with_name("folded_0_1_0.csv")
# What stands for those migrations now.
BASELINE = (
    "0100_schemas_and_roles", "0101_raw", "0102_register", "0103_checks", "0104_release", "0105_review", "0106_outbox",
)  # fmt: skip


@cache
def folded(kind: str) -> dict[str, str]:
    """Name → checksum of the 'migration's of version 0.1.0; name → '' of the 'definition's that they made."""
    with FOLDED.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["checksum"] for row in csv.DictReader(file) if row["kind"] == kind}


def is_of_0_1_0(applied: dict[str, str]) -> bool:
    """Whether a list of migrations, name → checksum, is exactly that of version 0.1.0."""
    return applied == folded("migration")


def difference_from_0_1_0(applied: dict[str, str]) -> str | None:
    """What keeps a list of migrations from before the baseline from being that of version 0.1.0; None of any other list."""
    known = folded("migration")
    if applied == known or applied.keys() & set(BASELINE) or not applied.keys() & known.keys():
        return None
    for name, checksum in applied.items():
        if name not in known:
            return f"it holds migration {name}, which version 0.1.0 does not have"
        if known[name] != checksum:
            return f"its migration {name} has another text than that of version 0.1.0"
    return f"it lacks migration {min(known.keys() - applied.keys())} of version 0.1.0"
