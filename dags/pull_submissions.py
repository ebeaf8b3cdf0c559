"""Pull the inboxes: every 30 minutes in working hours, one mapped task a source of register/sources.csv.

When, never what: the work is `khuyencong.stations.pull_source`, which `kc nightly` calls as well.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, dag, task

SUBMISSIONS = Asset("khuyencong://landing")


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
        from ingestion.transports import read_sources

        from khuyencong.settings import read_settings

        return [source.source_code for source in read_sources(read_settings())]

    @task(execution_timeout=timedelta(minutes=15), max_active_tis_per_dagrun=4, retry_exponential_backoff=True)
    def pull(source_code: str) -> dict[str, int]:
        from khuyencong.clock import now
        from khuyencong.settings import read_settings
        from khuyencong.stations import pull_source

        count = pull_source(read_settings(), source_code, now())
        return {"seen": count.rows_in, "new": count.rows_out}

    @task(execution_timeout=timedelta(minutes=2), outlets=[SUBMISSIONS])
    def announce(counts: list[dict[str, int]]) -> int:
        new = sum(count["new"] for count in counts)
        print(f"{sum(count['seen'] for count in counts)} files seen in {len(counts)} sources, {new} of them new.")
        return new

    announce(pull.expand(source_code=list_sources()))


pull_submissions()
