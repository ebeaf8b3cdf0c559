"""The door: is this the form we asked for? Judged by Great Expectations, without any second figure; every failing row is kept."""

import warehouse.telemetry  # noqa: F401 (before Great Expectations is imported)
from expectations.door.judging import DoorCounts, build_data_docs, judge

__all__ = ["DoorCounts", "build_data_docs", "judge"]
