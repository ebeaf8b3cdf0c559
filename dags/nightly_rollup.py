"""The night: from the inboxes to a release, at 01:00 by the programme's clock. Each station is a task that can be retried alone.

Once a day it also runs early: when `pull_submissions` says that most of the plan money has been reported on.
`period` runs the night as of the end of the month after that period; `as_of` says the moment itself and goes before it.
A backfill runs each night as of its own 01:00. Otherwise the night knows what arrived until it starts. A night of the past takes up
nothing that came since; one of a moment that is yet to come is refused.
When, never what: every task calls a function of `khuyencong.night.nightly`, as `kc nightly` does.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable, Param, dag, get_current_context, task

from khuyencong.night.stations import STATIONS
from warehouse.settings import TIMEZONE

PLAN_MONEY_REPORTED = Asset(name="plan_money_reported", uri="khuyencong://plan-money-reported")
AT_ONE = CronTriggerTimetable("0 1 * * *", timezone=TIMEZONE.key)
RELEASE = Asset(name="release", uri="khuyencong://release")


@dag(
    dag_id="nightly_rollup",
    schedule=AssetOrTimeSchedule(timetable=AT_ONE, assets=PLAN_MONEY_REPORTED),
    start_date=pendulum.datetime(2025, 1, 1, tz=TIMEZONE.key),
    catchup=False,
    max_active_runs=1,
    params={
        "period": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
            description="YYYY-MM, a reporting period to run again.",
        ),
        "as_of": Param(
            None,
            type=["null", "string"],
            description="YYYY-MM-DD (the end of that day) or an ISO time, for example 2026-04-30T23:59:59+07:00.",
        ),
    },
    default_args={"owner": "national-desk", "retries": 2, "retry_delay": timedelta(minutes=1)},
    doc_md=__doc__,
    tags=["khuyencong"],
)
def nightly_rollup() -> None:
    # A backfill's night waits for a scheduled one, and the other way round: Airflow counts their runs apart.
    @task(execution_timeout=timedelta(minutes=5), retries=60)
    def open_night() -> int:
        """A new run: what it knows (`as_of`) and which code, register, rules and forms it uses."""
        from airflow.sdk.exceptions import AirflowFailException, AirflowRuntimeError

        from khuyencong.clock.clock import WrongMoment, asked_night, end_of_following_month, now
        from khuyencong.night.nightly import open_run
        from khuyencong.night.turn import NightInProgress
        from warehouse.settings import read_settings

        context = get_current_context()
        params, run, settings = context["params"], context["dag_run"], read_settings()
        asked = params["as_of"]
        if asked is None and params["period"]:
            asked = end_of_following_month(params["period"]).isoformat()
        if asked is None and run.run_type == "backfill":
            asked = run.logical_date.isoformat()

        def is_at_work(run_id: str) -> bool:
            try:
                return context["ti"].get_dagrun_state(run.dag_id, run_id) == "running"
            except AirflowRuntimeError:  # a run that this Airflow does not know
                return False

        try:
            as_of = asked_night(settings, asked)
            return open_run(settings, as_of, now(settings), run.run_id, is_at_work)
        except NightInProgress:
            raise
        except WrongMoment as wrong:  # one that is yet to come, or none: trying again does not help
            raise AirflowFailException(str(wrong)) from wrong
        except Exception as error:  # another night is waited for; the desk is to hear of anything else after three tries
            if context["ti"].try_number < 3:
                raise
            raise AirflowFailException(f"{type(error).__name__}: {error}") from error

    @task(execution_timeout=timedelta(minutes=60))
    def station(name: str, run_key: int) -> dict[str, int]:
        from khuyencong.clock.clock import now
        from khuyencong.night.nightly import run_one_station
        from warehouse.settings import read_settings

        settings = read_settings()
        count = run_one_station(settings, run_key, name, now(settings))
        return {"rows_in": count.rows_in, "rows_out": count.rows_out}

    @task(execution_timeout=timedelta(minutes=5), outlets=[RELEASE])
    def close_night(run_key: int) -> dict:
        """The run is done; its document is what `kc nightly --json` prints."""
        from khuyencong.clock.clock import now
        from khuyencong.night.nightly import close_run
        from warehouse.settings import read_settings

        settings = read_settings()
        return close_run(settings, run_key, now(settings))

    @task(execution_timeout=timedelta(minutes=5), trigger_rule="one_failed")
    def tell_failed_night(run_key: int | None) -> None:
        """Mails the desk which station failed and why; then fails itself, so that the run stays failed."""
        from airflow.sdk.exceptions import AirflowFailException

        from khuyencong.clock.clock import now
        from khuyencong.desk.alerts import failed_task, tell_failed_night
        from warehouse.settings import read_settings

        this, settings = get_current_context()["ti"], read_settings()
        states = this.get_task_states(this.dag_id, run_ids=[this.run_id])[this.run_id]
        told = tell_failed_night(settings, now(settings), run_key=run_key, task=failed_task(states), night=this.run_id)
        raise AirflowFailException(told.subject)

    run_key = open_night()
    previous = run_key
    stations = []
    for name, work in STATIONS:
        this = station.override(task_id=name, doc_md=work.__doc__)(name, run_key)
        previous >> this
        previous = this
        stations.append(this)
    closed = close_night(run_key)
    previous >> closed
    [*stations, closed] >> tell_failed_night(run_key)


nightly_rollup()
