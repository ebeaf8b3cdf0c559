"""A mail to one address, before it is written or sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Mail:
    """One mail to one address. `dedup_key` is the reason: the same reason writes no second mail."""

    dedup_key: str
    kind: str
    unit_key: str | None
    recipient: str
    subject: str
    body: str
    written_at: datetime
