"""What is owed and has not come: asked for on working days at 08:00, after the night and the first pulls.

A reminder or overdue notice to the unit that answers, a word to its superior office after the register's days, a digest to the
desk with the sources that were not reached. Mails are written by one task and sent by another: a mail server that is down costs
nothing, `pull_submissions` sends later what was left.
When, never what: the tasks call `khuyencong.chase.chase` and `khuyencong.mail`, as `kc chase` does.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task

from warehouse.settings import TIMEZONE


@dag(
    dag_id="chase_missing",
    schedule="0 8 * * 1-5",
    start_date=pendulum.datetime(2025, 1, 1, tz=TIMEZONE.key),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "national-desk", "retries": 2, "retry_delay": timedelta(minutes=5)},
    doc_md=__doc__,
    tags=["khuyencong"],
)
def chase_missing() -> None:
    @task(execution_timeout=timedelta(minutes=10))
    def write_mails() -> dict[str, int]:
        """The mails of the day into the outbox; the same day again writes nothing new."""
        from khuyencong.chase.chase import chase_settings
        from khuyencong.clock.clock import now
        from warehouse.settings import read_settings

        settings = read_settings()
        outcome = chase_settings(settings, now(settings))
        return {"owed": len(outcome.reports), "new_mails": outcome.n_new}

    @task(execution_timeout=timedelta(minutes=15))
    def send_mails() -> dict[str, int]:
        """Sends what lies unsent in the outbox; what the mail server does not take stays there with its error."""
        from khuyencong.clock.clock import now
        from khuyencong.mail.outbox import send_from_outbox
        from warehouse.settings import read_settings

        settings = read_settings()
        sent = send_from_outbox(settings, now(settings))
        return {"sent": sent.n_sent, "left": sent.n_unsent}

    write_mails() >> send_mails()


chase_missing()
