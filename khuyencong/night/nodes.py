"""What dbt says of the nodes that it ran, as the night's record and its errors tell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from khuyencong.culprits.failed_nodes import FailedNode


@dataclass(frozen=True)
class NodeResult:
    """One node that dbt ran: its name, what it is (model, seed, test), what became of it (success, pass, warn, error, fail,
    skipped), seconds, rows written.
    """

    name: str
    resource_type: str
    status: str
    seconds: float
    rows: int | None
    message: str


Log = Callable[[NodeResult], None] | None


def failed_node(result: Any, manifest: Any) -> FailedNode:
    """A failed node with its compiled query and the relations that it reads, also through models that are only text."""
    reads: dict[str, str] = {}
    waiting = list(result.node.depends_on.nodes)
    while waiting:
        name = waiting.pop()
        parent = manifest.nodes.get(name) or manifest.sources.get(name)
        if parent is None:
            continue
        if getattr(parent.config, "materialized", "") == "ephemeral":
            waiting += parent.depends_on.nodes
        elif parent.relation_name:
            reads[name] = parent.relation_name
    is_test = str(result.node.resource_type) == "test"
    return FailedNode(result.node.name, is_test, result.node.compiled_code or "", tuple(sorted(reads.values())))


def node_result(result: Any) -> NodeResult:
    rows, kind = _row_count(result.adapter_response or {}), str(result.node.resource_type)
    return NodeResult(result.node.name, kind, str(result.status), result.execution_time, rows, result.message or "")


def _row_count(response: Any) -> int | None:
    """Rows that the server says were written; of a view it says -1."""
    rows = int(dict(response).get("rows_affected", -1))
    return rows if rows >= 0 else None


def reporter(log: Callable[[NodeResult], None]) -> Callable[[Any], None]:
    """A dbt callback that hands each finished node on."""

    def report(event: Any) -> None:
        if event.info.name == "NodeFinished":
            node, run = event.data.node_info, event.data.run_result
            rows = _row_count(run.adapter_response)
            log(NodeResult(node.node_name, node.resource_type, node.node_status, run.execution_time, rows, run.message))

    return report
