"""What is not compared, and why: moments of the machine's clock, how long something took, and which code was at work.

Nothing else. Keys that the database gives (run, receipt, submission, release, contribution …) are compared, because the same story
gives the same ones; those that it does not give in the same order are listed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CLOCK, DURATION, CODE = "a moment of the machine's clock", "how long it took", "which code was at work"
ORDER = "rows come from several threads or an unordered query, and their number follows the order"
SAMPLE_CLOCK = "a moment of the sample's clock, which runs on with the machine's; the thirty nights compare it"


@dataclass(frozen=True)
class LeftOut:
    """columns: (schema.relation, column) → reason; keys: key of a document, at any depth → reason."""

    columns: Mapping[tuple[str, str], str]
    keys: Mapping[str, str]

    def has(self, relation: str, column: str) -> bool:
        return (relation, column) in self.columns

    def __or__(self, other: LeftOut) -> LeftOut:
        return LeftOut({**self.columns, **other.columns}, {**self.keys, **other.keys})


ALWAYS = LeftOut(
    columns={
        ("release.run", "started_at"): CLOCK,
        ("release.run", "finished_at"): CLOCK,
        ("release.run", "code_hash"): CODE,
        ("release.run", "inputs_hash"): CODE,
        ("release.run_station", "started_at"): CLOCK,
        ("release.run_station", "finished_at"): CLOCK,
        ("release.run_station", "seconds"): DURATION,
        ("release.run_node", "recorded_at"): CLOCK,
        ("release.run_node", "seconds"): DURATION,
        ("release.run_node", "run_node_key"): ORDER,
        ("facts.fct_run", "run_started_at"): CLOCK,
        ("facts.fct_run", "run_finished_at"): CLOCK,
        ("facts.fct_run", "started_at"): CLOCK,
        ("facts.fct_run", "finished_at"): CLOCK,
        ("facts.fct_run", "seconds"): DURATION,
        ("facts.fct_run", "slowest_node"): DURATION,
        ("facts.fct_run", "slowest_node_seconds"): DURATION,
        ("facts.fct_run_node", "recorded_at"): CLOCK,
        ("facts.fct_run_node", "seconds"): DURATION,
        ("facts.fct_run_node", "run_node_key"): ORDER,
        ("marts.mart_night", "started_at"): CLOCK,
        ("marts.mart_night", "finished_at"): CLOCK,
        ("marts.mart_night", "seconds"): DURATION,
        ("release.sample_clock", "set_at"): CLOCK,
        ("release.station_table", "written_by"): "sum of the numbers of transactions",
        ("checks.verdict_store", "verdict_key"): ORDER,
    },
    keys={
        "seconds": DURATION,
        "started_at": CLOCK,
        "finished_at": CLOCK,
        "code_hash": CODE,
    },
)
RUNNING_CLOCK = LeftOut(
    columns={
        ("raw.source_attempt", "attempted_at"): SAMPLE_CLOCK,
        ("raw.source_standing", "attempted_at"): SAMPLE_CLOCK,
        ("raw.source_standing", "last_reached_at"): SAMPLE_CLOCK,
    },
    keys={},
)
