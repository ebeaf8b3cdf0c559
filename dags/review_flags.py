"""People in the loop: after each release one page a period with the flags that move the nation most, and what was answered.

A page waits without a worker. Choices become decisions under the login of who answered and count from the next night; a page
that nobody answers leaves its flags held. No page outlives its day, so runs may stand side by side: a flag is on one page only.
When, never what: every task calls a function of `khuyencong.review.pages`.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, dag, get_current_context, task, task_group

from khuyencong.airflow.review_task import ReviewPage
from warehouse.settings import TIMEZONE

RELEASE = Asset(name="release", uri="khuyencong://release")


@dag(
    dag_id="review_flags",
    schedule=[RELEASE],
    start_date=pendulum.datetime(2025, 1, 1, tz=TIMEZONE.key),
    catchup=False,
    max_active_runs=4,
    # During a night figures and flags change: the task comes again each minute until it is done.
    default_args={"owner": "national-desk", "retries": 20, "retry_delay": timedelta(minutes=1)},
    doc_md=__doc__,
    tags=["khuyencong"],
)
def review_flags() -> None:
    @task(execution_timeout=timedelta(minutes=5))
    def list_periods() -> list[str]:
        """The periods whose flags wait for a reviewer."""
        from khuyencong.clock.clock import now
        from khuyencong.review.pages import list_periods
        from warehouse.settings import read_settings

        settings = read_settings()
        return list_periods(settings, now(settings))

    @task(execution_timeout=timedelta(minutes=5))
    def record(answer: dict) -> dict:
        """What was answered becomes decisions; what cannot be recorded is refused with its sentence, here and on the next page."""
        from khuyencong.clock.clock import now
        from khuyencong.review.pages import record
        from warehouse.settings import read_settings

        ti, settings = get_current_context()["ti"], read_settings()
        recorded = record(settings, f"{ti.dag_id}/{ti.run_id}/review/{ti.map_index}", answer, now(settings))
        print(", ".join(f"{word}: {recorded[word]}" for word in ("decided", "still_held", "timed_out", "refused")))
        for flag_id, sentences in (recorded["sentences"] | recorded["notes"]).items():
            print(f"{flag_id}: {sentences}")
        return recorded

    # A group, so that each answer is recorded when it comes and not when the last period has been answered.
    @task_group(prefix_group_id=False)
    def one_period(period: str) -> None:
        page = ReviewPage(
            task_id="review",
            period=period,
            execution_timeout=timedelta(minutes=5),
            response_timeout=timedelta(hours=20),
            map_index_template="{{ task.period }}",
            doc_md="The top of the period's queue before people: a form, and a wait of the register's `review_hours`.",
        )
        record(page.output)

    one_period.expand(period=list_periods())


review_flags()
