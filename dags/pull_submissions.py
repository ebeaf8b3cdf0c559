"""The inboxes into landing: every 30 minutes of the reporting window, one mapped task a source of the register.

Emits the asset `landing`, and `plan_money_reported` when most of the plan money has been reported on since the last night.
A source that cannot be reached is a row, which `chase_missing` reads; a red `pull` is our own failure, and the others go on.
When, never what: a task calls `khuyencong.night.stations.pull_source`, which keeps bytes as `kc nightly` does.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from warehouse.settings import TIMEZONE

LANDING = Asset(name="landing", uri="khuyencong://landing")
PLAN_MONEY_REPORTED = Asset(name="plan_money_reported", uri="khuyencong://plan-money-reported")


@dag(
    dag_id="pull_submissions",
    schedule="*/30 6-19 * * 1-6",
    start_date=pendulum.datetime(2025, 1, 1, tz=TIMEZONE.key),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "national-desk", "retries": 2, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["khuyencong"],
)
def pull_submissions() -> None:
    @task(execution_timeout=timedelta(minutes=2))
    def list_sources() -> list[str]:
        """The sources to ask: rows of register/sources.csv."""
        from ingestion.transports import read_sources
        from warehouse.settings import read_settings

        return [source.source_code for source in read_sources(read_settings())]

    @task(
        execution_timeout=timedelta(minutes=15),
        pool="inboxes",
        retry_exponential_backoff=2.0,
        map_index_template="{{ task.op_kwargs['source_code'] }}",
    )
    def pull(source_code: str) -> dict[str, int]:
        """One source: its bytes into landing, a receipt for each arrival that is new at its place."""
        from khuyencong.clock.clock import now
        from khuyencong.night.stations import pull_source
        from warehouse.settings import read_settings

        settings = read_settings()
        count = pull_source(settings, source_code, now(settings))
        return {"seen": count.rows_in, "new": count.rows_out}

    @task(execution_timeout=timedelta(minutes=2), outlets=[LANDING])
    def announce(counts: list[dict[str, int]]) -> int:
        """What lies in landing now is known to whoever waits for it."""
        from warehouse.journal import say

        pulled = list(counts)  # each look at a mapped result is a request
        new = sum(count["new"] for count in pulled)
        say("sources_pulled", n_sources=len(pulled), rows_in=sum(count["seen"] for count in pulled), rows_out=new)
        return new

    @task(execution_timeout=timedelta(minutes=10), trigger_rule="all_done", outlets=[PLAN_MONEY_REPORTED])
    def ask_early_night() -> str:
        """Has most of the plan money that is owed been reported on since the last night? Then the night runs now, once a day."""
        from khuyencong.clock.clock import now
        from khuyencong.night.early import early_night
        from warehouse.address import connect
        from warehouse.opening import open_warehouse
        from warehouse.settings import read_settings

        settings = read_settings()
        connection = connect(open_warehouse(settings))
        try:
            share = early_night(connection, settings, now(settings))
        finally:
            connection.close()
        if share is None:
            raise AirflowSkipException("Not enough plan money has been reported on since the last night.")
        return f"{share.period_end:%Y-%m}: {share.before_pct} % at the last night, {share.now_pct} % now."

    @task(execution_timeout=timedelta(minutes=5), trigger_rule="all_done")
    def watch_nights() -> None:
        """Mails the desk, once a day, when no night was good for 26 hours: it never started, failed, or is not done."""
        from khuyencong.clock.clock import now
        from khuyencong.desk.alerts import tell_stale_night
        from warehouse.settings import read_settings

        settings = read_settings()
        tell_stale_night(settings, now(settings))

    @task(execution_timeout=timedelta(minutes=15), trigger_rule="all_done")
    def send_mail() -> dict[str, int]:
        """Sends what lies unsent in the outbox; what the mail server does not take stays there with its error."""
        from khuyencong.clock.clock import now
        from khuyencong.mail.outbox import send_from_outbox
        from warehouse.settings import read_settings

        settings = read_settings()
        sent = send_from_outbox(settings, now(settings))
        return {"sent": sent.n_sent, "left": sent.n_unsent}

    pulled = pull.expand(source_code=list_sources())
    announce(pulled)
    # beside `announce`, not after it: it is the leaf that keeps a failed pull red
    pulled >> ask_early_night()
    pulled >> watch_nights() >> send_mail()


pull_submissions()
