"""The log: one JSON object a line, turned over by size, silent without a file, and no row that a database quoted."""

import json
from datetime import datetime

import warehouse.journal as journal
from warehouse.journal import say, sentence_of, write_log
from warehouse.settings import Settings


def lines_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_has_its_time_in_viet_nam_and_its_fields(tmp_path, capfd):
    before = datetime.now().astimezone()
    with write_log(Settings(tmp_path, None, None), "pull") as path:
        reason = "Máy chủ không trả lời an@so.invalid.\n100 %s"
        say("source_pulled", level="warning", source="so-cong-thuong", rows_in=3, reason=reason, run=None)
    [line] = lines_of(path)
    time = datetime.fromisoformat(line.pop("time"))
    assert time.utcoffset().total_seconds() == 7 * 3600
    assert abs((time - before).total_seconds()) < 60
    assert line == {
        "level": "warning", "event": "source_pulled", "source": "so-cong-thuong", "rows_in": 3,
        "reason": "Máy chủ không trả lời (address)\n100 %s",
    }  # fmt: skip
    assert path == tmp_path / "logs" / "pull.jsonl"
    assert capfd.readouterr() == ("", "")


def test_without_a_file_nothing_is_written_anywhere(capfd):
    say("station_failed", level="error", station="build")
    assert capfd.readouterr() == ("", "")


def test_a_log_is_turned_over_by_size_and_loses_no_line(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "MOST_BYTES", 1000)
    with write_log(Settings(tmp_path, None, None), "nightly") as path:
        for number in range(20):
            say("node_done", node=f"node_{number}")
    files = sorted(path.parent.glob("nightly.jsonl*"), reverse=True)
    assert len(files) > 1 and all(file.stat().st_size <= 1000 for file in files)
    assert [line["node"] for file in files for line in lines_of(file)] == [f"node_{number}" for number in range(20)]


def test_a_sentence_leaves_out_the_rows_that_a_database_quotes():
    told = 'Database Error in model stg_x (models/x.sql)\n  duplicate key value\n  DETAIL:  Key (name)=(Nguyễn Văn A) exists.'
    assert sentence_of(told) == "Database Error in model stg_x (models/x.sql) duplicate key value"
    joined = sentence_of(ValueError(f"dbt failed at stg_x: {told}; stg_y: division by zero"))
    assert "Nguyễn" not in joined
    assert joined.startswith("ValueError: dbt failed at stg_x:") and joined.endswith("; stg_y: division by zero")
