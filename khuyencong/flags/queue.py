"""The queue of flags, worst for the nation first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from khuyencong.flags.proposals import read_proposal
from warehouse.rows import rows_by_name
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection

def list_flags(
    connection: Connection,
    *,
    unit: str | None = None,
    period: str | None = None,
    severity: str | None = None,
    status: str = "open",
) -> list[dict[str, Any]]:
    """Flags in the order of the queue, with the names of sql/list_flags.sql. `period` is YYYY-MM, `status` open, closed or all.

    `decision` is the word in force, `pending` one that waits for a second reviewer, `suspected_cells` are file#sheet!address,
    `alternatives` what may have happened, best first; `n_proposed` counts the cells that the engine proposes to correct
    (`kc decide FLAG apply`). `n_asked` counts the review pages that asked about it; `last_asked` is what came of the last
    (review.request.outcome, `open` while it waits, None when it was never asked). `days_open` runs from the night that first
    raised the flag to the newest, or to the one that closed it.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(
            read_statement(__package__, "list_flags"),
            {"unit": unit, "period": period, "severity": severity, "status": status},
        )
        rows = list(rows_by_name(cursor))
    for row in rows:
        proposal = read_proposal(row["alternatives"], row.pop("figure_keys"))
        row["n_proposed"] = len(proposal.values) if proposal else 0
    return rows
