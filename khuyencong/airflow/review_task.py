"""Airflow's task that puts a review page before people and waits without a worker: its text is made when it runs.

A HITLOperator is given its text when the DAG file is read, before anybody knows the queue. This one writes it in `execute`,
and takes what comes back as it comes: it is judged against the stored questions by the task that records it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict

from khuyencong.review.words import LEAVE, RECORD


class ReviewPage(HITLOperator):
    """The top of the queue of `period` (YYYY-MM); returns the answer as plain data, {options, fields, answered_by, answered_at}.

    Skipped when nothing waits. When the time of the register's `review_hours` is over, `answered_by` is None.
    """

    template_fields = ("period",)

    def __init__(self, *, period: str, **kwargs: Any) -> None:
        kwargs.setdefault("response_timeout", timedelta(hours=1))  # execute() sets the register's
        super().__init__(subject="Rà soát / Review", options=[RECORD, LEAVE], defaults=LEAVE, **kwargs)
        self.period = period

    def execute(self, context: Any) -> Any:
        from airflow.sdk.exceptions import AirflowSkipException, TaskAwaitingInput

        from khuyencong.clock.clock import machine_now, now
        from khuyencong.review.pages import note_shown, open_page
        from warehouse.settings import read_settings

        ti, settings = context["ti"], read_settings()
        asked_from = f"{ti.dag_id}/{ti.run_id}/{ti.task_id}/{ti.map_index}"
        page = open_page(settings, asked_from, self.period, now(settings))
        if page is None:
            raise AirflowSkipException(f"Nothing of {self.period} waits for a reviewer any more.")
        wait = _time_until(page.answer_until, now(settings))
        if page.is_shown:
            # By a try that was interrupted, perhaps after somebody answered: showing it again would throw that answer away.
            # Only a trigger can read it.
            from khuyencong.airflow.review_trigger import InterruptedPageTrigger

            self.log.info("The page is shown already.")
            until = machine_now() + wait
            trigger = InterruptedPageTrigger(
                ti_id=ti.id, options=self.options, params={}, defaults=self.defaults, timeout_datetime=until
            )
            self.defer(trigger=trigger, method_name="execute_complete")
        self.subject, self.body = page.subject, page.body
        self.params = ParamsDict({name: Param(source="task", **_as_param(field)) for name, field in page.fields.items()})
        self.response_timeout = wait
        try:
            return super().execute(context)
        except TaskAwaitingInput:
            note_shown(settings, asked_from, now(settings))
            raise

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        answer = super().execute_complete(context, event)
        return _plain_answer(
            answer["chosen_options"], answer["params_input"], answer["responded_by_user"], answer["responded_at"]
        )

    def validate_params_input(self, params_input: Any) -> None:
        """Any fields are taken: what cannot be recorded becomes a refusal that people see, not a failed task."""


def _as_param(field: dict[str, Any]) -> dict[str, Any]:
    return {"default": field["value"], "description": field["description"], "schema": field["schema"]}


def _time_until(moment: datetime, now: datetime) -> timedelta:
    """Never nought, which Airflow takes for no limit."""
    return max(moment - now, timedelta(seconds=1))


def _plain_answer(options: Any, fields: Any, user: Any, answered_at: Any) -> dict[str, Any]:
    return {
        "options": list(options or []),
        "fields": dict(fields or {}),
        "answered_by": user["name"] if user else None,
        "answered_at": answered_at.isoformat() if answered_at else None,
    }
