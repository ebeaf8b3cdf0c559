"""What is not compared, and why: moments of the machine's clock, how long something took, and which code was at work.

Nothing else. Keys that the database gives (run, receipt, submission, release, …) are compared: the same story gives the same ones.
"""

from __future__ import annotations

# (schema.relation, or * for each that has such a column, column) → reason
COLUMNS: dict[tuple[str, str], str] = {}

# schema.relation → reason
RELATIONS: dict[str, str] = {}

# key of a document, at any depth → reason
KEYS: dict[str, str] = {}


def is_column_left_out(relation: str, column: str) -> bool:
    return (relation, column) in COLUMNS or ("*", column) in COLUMNS
