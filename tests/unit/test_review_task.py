"""The operator of the review page on its own: what it returns is plain data, whatever was answered."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# In a process of its own: Airflow reads its settings once.
COMPLETE = """
import json, sys
from datetime import UTC, datetime, timedelta
from khuyencong.airflow.review_task import ReviewPage
from khuyencong.airflow.review_trigger import InterruptedPageTrigger
from khuyencong.review.words import LEAVE, RECORD
now = datetime(2025, 6, 1, tzinfo=UTC)
page = ReviewPage(task_id="review", period="2025-03", response_timeout=timedelta(hours=20))
def complete(**event):
    return page.execute_complete({}, {"responded_at": now, "timedout": False, **event})
person = {"id": "7", "name": "lan"}
odd = {"choice_f": ["waive"], "reason_f": {"a": None}, "value_f": 1.5, "unknown": True}
refused = ""
try:
    complete(chosen_options=["accept all"], params_input={}, responded_by_user=person)
except ValueError as error:
    refused = str(error)
trigger = InterruptedPageTrigger(ti_id="t", options=page.options, params={}, defaults=page.defaults, timeout_datetime=now)
path, arguments = trigger.serialize()
module, name = path.rsplit(".", 1)
again = getattr(__import__(module, fromlist=[name]), name)(**arguments)
print("answer:" + json.dumps({
    "answered": complete(chosen_options=[RECORD], params_input=odd, responded_by_user=person),
    "nobody": complete(chosen_options=[LEAVE], params_input={}, responded_by_user=None, timedout=True),
    "refused": refused, "defaults": page.defaults, "template_fields": page.template_fields,
    "trigger": again.serialize() == trigger.serialize() and path,
}))
"""


def test_what_comes_back_is_plain_data(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", COMPLETE],
        cwd=PROJECT, env={**os.environ, "AIRFLOW_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("answer:")).removeprefix("answer:"))
    from khuyencong.review.words import LEAVE, RECORD

    assert said["answered"] == {
        "options": [RECORD], "answered_by": "lan", "answered_at": "2025-06-01T00:00:00+00:00",
        "fields": {"choice_f": ["waive"], "reason_f": {"a": None}, "value_f": 1.5, "unknown": True},
    }  # fmt: skip
    assert said["nobody"]["answered_by"] is None and said["nobody"]["options"] == [LEAVE] == said["defaults"]
    assert "accept all" in said["refused"], "an option that the page does not have"
    assert said["template_fields"] == ["period"], "what provinces wrote is never taken for a template"
    assert said["trigger"] == "khuyencong.airflow.review_trigger.InterruptedPageTrigger"
