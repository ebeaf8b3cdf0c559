"""The wait of a review page whose task was interrupted: Airflow's own trigger, after a pause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.providers.standard.triggers.hitl import HITLTrigger

# Longer than a round of the scheduler on a busy machine: a task that resumes before the scheduler heard that its worker ended
# is taken for one that failed (Airflow 3.3.2), and the answer may be there already.
PAUSE_SECONDS = 10.0


class InterruptedPageTrigger(HITLTrigger):
    """Fires when the page is answered or its time is over, not before PAUSE_SECONDS."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "khuyencong.airflow.review_trigger.InterruptedPageTrigger", super().serialize()[1]

    async def run(self) -> AsyncIterator[Any]:
        await asyncio.sleep(PAUSE_SECONDS)
        async for event in super().run():
            yield event
