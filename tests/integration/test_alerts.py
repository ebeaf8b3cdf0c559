"""What the desk hears of nights, on a real mail server: one that failed, was killed, had no warehouse; none good for too long."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from servers import HOST, free_port, mail_sink
from test_chase import DESK, SENDER, at, text_of

from khuyencong.desk.alerts import failed_task, tell_failed_night, tell_stale_night
from khuyencong.mail.sending import MailServerError
from khuyencong.night.nightly import open_run, run_nightly
from warehouse.address import connect
from warehouse.settings import PROJECT

BIN = Path(sys.executable).parent
NOW = at("2026-04-27", 2)


@pytest.fixture
def sink():
    with mail_sink() as running:
        yield running


@pytest.fixture
def mailing(settings, sink, tmp_path):
    """Settings with an empty inbox of their own and mail."""
    (tmp_path / "inbox").mkdir()
    return dataclasses.replace(settings, inbox=tmp_path / "inbox", smtp=sink.address, mail_from=SENDER)


def execute(database, statement):
    with contextlib.closing(connect(database)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def environment(settings, **more):
    return {
        **os.environ, "KC_HOME": str(settings.home), "KC_DATABASE_URL": settings.database_url, "KC_INBOX": str(settings.inbox),
        "KC_SMTP": settings.smtp, "KC_MAIL_FROM": SENDER, "PATH": f"{BIN}:{os.environ['PATH']}", **more,
    }  # fmt: skip


def break_the_reading(database):
    """A failure of ours that only the second station meets."""
    execute(database, "alter table raw.receipt rename column tried_run to tried_by")


def test_a_failed_night_says_station_and_sentence_once(database, mailing, sink):
    break_the_reading(database)
    with pytest.raises(Exception, match='column "tried_run" does not exist'):
        run_nightly(mailing, NOW, lambda: NOW)
    first, second = (tell_failed_night(mailing, NOW, task="read", run_key=1) for _ in range(2))
    assert (first.n_new, second.n_new) == (1, 0)
    [message] = sink.to(DESK)
    assert message["Subject"] == "Đêm tổng hợp khuyến công dừng ở trạm read | The night failed at station read"
    text = text_of(message)
    assert "Đêm tổng hợp số 1, bắt đầu lúc 02:00 27/04/2026" in text and "dừng ở trạm “read” (đọc tệp)" in text
    assert 'Lý do: UndefinedColumn: column "tried_run" does not exist' in text
    assert "Các trạm đã xong: land." in text and "Stations done: land." in text
    assert "Chưa có bản phát hành nào." in text


def test_kc_nightly_mails_and_keeps_its_own_error(database, mailing, sink):
    break_the_reading(database)
    for smtp, n_mails in ((mailing.smtp, 1), (f"{HOST}:{free_port()}", 1), ("", 1)):
        done = subprocess.run(
            [BIN / "kc", "nightly", "--as-of", "2026-04-27"], env=environment(mailing, KC_SMTP=smtp),
            cwd=PROJECT, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 1 and 'column "tried_run" does not exist' in done.stderr, done.stderr
        assert len(sink.to(DESK)) == n_mails
    # The second night's mail waits for the server; where no server is set a command writes none.
    assert execute(database, "select kind, sent_at is null from outbox.mail order by mail_key") == [
        ("failed_night", False), ("failed_night", True),
    ]  # fmt: skip


def test_a_task_that_was_killed_is_named_though_it_left_no_word(database, mailing, sink):
    run_key = open_run(mailing, NOW, NOW, "scheduled__1")
    with contextlib.closing(connect(database)) as holder, holder.cursor() as cursor:
        cursor.execute("lock table raw.source_attempt")
        code = f"""
from khuyencong.clock.clock import now
from khuyencong.night.nightly import run_one_station
from warehouse.settings import read_settings
run_one_station(read_settings(), {run_key}, "land", now(read_settings()))"""
        worker = subprocess.Popen([sys.executable, "-c", code], env=environment(mailing), cwd=PROJECT)
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%source_standing%'"
        deadline = time.monotonic() + 60
        while not execute(database, waiting)[0][0]:
            assert time.monotonic() < deadline, "the station never came to the table"
            time.sleep(0.1)
        assert "ĐANG CHẠY từ 02:00 27/04/2026, ở trạm “land”" in told_of_no_good_night(mailing, sink)
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
        holder.rollback()
    time.sleep(0.5)  # the server notices that its client is gone
    tell_failed_night(mailing, NOW, run_key=run_key, task="land")
    text = text_of(sink.to(DESK)[-1])
    assert "dừng ở trạm “land” (nhận tệp từ các nguồn)" in text and "Chưa trạm nào xong." in text
    assert "Lý do: tiến trình của trạm kết thúc mà không để lại lý do: bị ngắt (kill)" in text
    assert "DỪNG GIỮA CHỪNG ở trạm “land”" in told_of_no_good_night(mailing, sink, days=1)


def told_of_no_good_night(settings, sink, days=0):
    assert tell_stale_night(settings, NOW + timedelta(days=days)).n_new == 1
    return text_of(sink.to(DESK)[-1])


def test_a_warehouse_that_is_down_is_told_at_once_and_once(mailing, sink, tmp_path):
    down = dataclasses.replace(mailing, database_url=f"postgresql://x@{HOST}:{free_port()}/x")
    assert tell_failed_night(down, NOW, night="scheduled__1", task="open_night", reason="WarehouseError: gone").n_new == 1
    assert tell_failed_night(down, NOW, night="scheduled__1", task="open_night", reason="WarehouseError: gone").n_new == 0
    assert [tell_stale_night(down, NOW + timedelta(hours=hours)).n_new for hours in (0, 1, 25)] == [1, 0, 1]
    first, second, third = sink.to(DESK)
    assert "Lý do: WarehouseError: gone" in text_of(first) and "Không kết nối được kho dữ liệu" in text_of(first)
    assert second["Subject"].startswith("Không kết nối được kho dữ liệu khuyến công | ") and "Connection refused" in text_of(third)
    assert len(list((mailing.home / "mail").glob("*.eml"))) == 3
    # Neither warehouse nor mail server: the task that tells must fail, so that Airflow tries again and shows it.
    with pytest.raises(MailServerError):
        tell_stale_night(dataclasses.replace(down, smtp=f"{HOST}:{free_port()}"), NOW + timedelta(days=3))


def test_no_good_night_for_too_long(database, mailing, sink):
    """Never any; none since; one that failed; one of the past. Once a day each, and silence while the last one is fresh."""
    text = told_of_no_good_night(mailing, sink)
    assert "Chưa có đêm tổng hợp nào hoàn thành." in text and "CHƯA ĐÊM NÀO BẮT ĐẦU" in text and "NO NIGHT HAS STARTED" in text
    assert tell_stale_night(mailing, NOW + timedelta(hours=1)).n_new == 0, "once a day"

    night = """insert into release.run (as_of, started_at, finished_at, state, failed_reason)
    values ('{0}', '{1}', '{1}', '{2}', {3})"""
    execute(database, night.format("2026-04-27T01:00+07", "2026-04-27T01:00+07", "done", "null"))
    assert tell_stale_night(mailing, NOW) is None
    text = told_of_no_good_night(mailing, sink, days=2)
    assert "đêm 01:00 27/04/2026, cách đây 49.0 giờ; cho phép tối đa 26 giờ" in text and "CHƯA ĐÊM NÀO BẮT ĐẦU" in text
    subject = "Chưa có đêm tổng hợp khuyến công tốt từ 01:00 27/04/2026 | No good night since 2026-04-27 01:00"
    assert sink.to(DESK)[-1]["Subject"] == subject

    execute(database, night.format("2026-04-30T01:00+07", "2026-04-30T01:00+07", "failed", "'TransformError: dbt failed'"))
    assert "DỪNG VÌ LỖI ở trạm “land”: TransformError: dbt failed" in told_of_no_good_night(mailing, sink, days=3)
    execute(database, night.format("2025-04-30T01:00+07", "2026-05-01T01:00+07", "done", "null"))
    assert "nhưng là đêm của quá khứ (số liệu biết đến 01:00 30/04/2025)" in told_of_no_good_night(mailing, sink, days=4)


def test_the_task_that_failed_first_is_the_one(mailing):
    assert failed_task({"open_night": "success", "read": "failed", "door": "upstream_failed"}) == "read"
    assert failed_task({"close_night": "failed", "build": "failed", "land": "success"}) == "build"
    assert failed_task({"open_night": "success"}) is None


# Each DAG in turn, without second tries; before the pull the table that it writes its attempts to is taken away.
RUN_THE_DAGS = """
import contextlib
from airflow.dag_processing.dagbag import DagBag
from warehouse.settings import read_settings
from warehouse.address import connect
from warehouse.opening import find_warehouse
bag = DagBag("dags")
for name in ("nightly_rollup", "chase_missing", "pull_submissions"):
    dag = bag.get_dag(name)
    for task in dag.tasks:
        if task.is_mapped:
            task.partial_kwargs["retries"] = 0
        else:
            task.retries = 0
    if name == "pull_submissions":
        with contextlib.closing(connect(find_warehouse(read_settings()))) as connection, connection, connection.cursor() as cursor:
            cursor.execute("alter table raw.source_attempt rename to away")
    run = dag.test()
    print("STATES", name, run.state, {task.task_id: str(task.state) for task in run.get_task_instances()})
"""


@pytest.mark.long
def test_the_dags_tell_and_stay_failed(database, mailing, sink, tmp_path):
    """By Airflow itself. A station fails: the last task mails which and why, and the run is no green one. The chase tells the desk
    that no night is good. A pull fails: that is red, and who watches the nights mails all the same."""
    break_the_reading(database)
    airflow = environment(
        mailing, AIRFLOW_HOME=str(tmp_path / "airflow"), AIRFLOW__CORE__DAGS_FOLDER=str(PROJECT / "dags"),
        AIRFLOW__CORE__LOAD_EXAMPLES="False", AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{tmp_path / 'airflow.db'}",
    )  # fmt: skip
    for command in (("db", "migrate"), ("pools", "import", "deploy/airflow/pools.json")):
        subprocess.run([BIN / "airflow", *command], env=airflow, cwd=PROJECT, check=True, capture_output=True, timeout=120)
    done = subprocess.run(
        [sys.executable, "-c", RUN_THE_DAGS], env=airflow, cwd=PROJECT, capture_output=True, text=True, timeout=400
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("STATES")]
    assert len(lines) == 3, (done.stdout + done.stderr)[-6000:]
    for line, name, run_state, expected in zip(
        lines,
        ("nightly_rollup", "chase_missing", "pull_submissions"),
        ("failed", "success", "failed"),
        (
            {"land": "success", "read": "failed", "close_night": "upstream_failed", "tell_failed_night": "failed"},
            {"write_mails": "success", "send_mails": "success"},
            {"pull": "failed", "announce": "upstream_failed", "watch_nights": "success", "send_mail": "success"},
        ),
        strict=True,
    ):
        assert line.startswith(f"STATES {name} {run_state}"), line
        assert all(f"'{task}': '{state}'" in line for task, state in expected.items()), line
    failed, digest, stale = sink.to(DESK)
    assert failed["Subject"].startswith("Đêm tổng hợp khuyến công dừng ở trạm read")
    assert 'column "tried_run" does not exist' in text_of(failed) and "Chưa có đêm tổng hợp nào hoàn thành" in text_of(digest)
    assert "DỪNG VÌ LỖI ở trạm “read”: UndefinedColumn" in text_of(stale)
