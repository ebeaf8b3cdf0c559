"""The inboxes into landing: every 30 minutes of the reporting window, one mapped task a source of the register.

Emits the asset `landing`. A source that fails is tried again alone; the others go on.
When, never what: a task calls `khuyencong.stations.pull_source`, which keeps bytes as `kc nightly` does.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, dag, task

LANDING = Asset(name="landing", uri="khuyencong://landing")


@dag(
    dag_id="pull_submissions",
    schedule="*/30 6-19 * * 1-6",
    start_date=pendulum.datetime(2025, 1, 1, tz="Asia/Ho_Chi_Minh"),
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
        from khuyencong.settings import read_settings

        return [source.source_code for source in read_sources(read_settings())]

    @task(
        execution_timeout=timedelta(minutes=15),
        pool="inboxes",
        retry_exponential_backoff=2.0,
        map_index_template="{{ task.op_kwargs['source_code'] }}",
    )
    def pull(source_code: str) -> dict[str, int]:
        """One source: its bytes into landing, a receipt for each arrival that is new at its place."""
        from khuyencong.clock import now
        from khuyencong.settings import read_settings
        from khuyencong.stations import pull_source

        count = pull_source(read_settings(), source_code, now())
        print(f"{source_code}: {count.rows_in} files seen, {count.rows_out} of them new.")
        return {"seen": count.rows_in, "new": count.rows_out}

    @task(execution_timeout=timedelta(minutes=2), outlets=[LANDING])
    def announce(counts: list[dict[str, int]]) -> int:
        """What lies in landing now is known to whoever waits for it."""
        pulled = list(counts)  # each look at a mapped result is a request
        new = sum(count["new"] for count in pulled)
        print(f"{sum(count['seen'] for count in pulled)} files seen in {len(pulled)} sources, {new} of them new.")
        return new

    announce(pull.expand(source_code=list_sources()))


pull_submissions()
