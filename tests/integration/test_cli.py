"""The command contract: JSON alone on standard output, exit codes, clear sentences."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KC = Path(sys.executable).parent / "kc"
ROLLUP_KEYS = {
    "unit_key", "unit_name", "budget_year", "period_start", "period_end", "fund", "activity", "indicator_code", "measure",
    "unit", "additive", "accepted", "disputed", "disputed_low", "disputed_high", "missing_low", "missing_high", "at_least",
    "at_most", "n_owed", "n_reported", "n_accepted", "n_disputed", "n_missing", "n_returned", "n_nil", "n_estimated",
    "n_under_review", "n_unbounded", "status", "final_release", "accepted_after_final", "disputed_after_final",
}  # fmt: skip


@pytest.fixture
def kc(slice_installed):
    """Runs kc on the slice's installation: kc(*arguments) -> (exit code, standard output, standard error)."""
    settings, _ = slice_installed

    def run(*arguments: object) -> tuple[int, str, str]:
        environment = {**os.environ, "KC_HOME": str(settings.home), "KC_INBOX": str(settings.inbox)}
        done = subprocess.run(
            [str(KC), *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return run


def test_rollup_has_the_keys_of_the_contract_and_its_parts_add_up(kc) -> None:
    code, out, _ = kc("rollup", "--period", "2025-01..2025-06", "--indicator", "KC-E05", "--by", "unit", "--json")
    document = json.loads(out)
    assert code == 0
    assert {"release", "as_of", "geography", "rows"} <= set(document)
    assert document["rows"]
    for row in document["rows"]:
        assert set(row) >= ROLLUP_KEYS
        assert row["n_owed"] == row["n_accepted"] + row["n_disputed"] + row["n_missing"]
    _, out, _ = kc("rollup", "--period", "2025-01..2025-06", "--indicator", "KC-E05", "--json")
    nation = {(r["fund"], r["activity"]): r["accepted"] for r in json.loads(out)["rows"]}
    for key, accepted in nation.items():
        assert accepted == sum(r["accepted"] for r in document["rows"] if (r["fund"], r["activity"]) == key)


def test_a_figure_is_explained_to_its_cell(kc) -> None:
    code, out, _ = kc("explain", "--period", "2025-01..2025-06", "--indicator", "KC-E05", "--fund", "KCDP-T",
                      "--unit", "long-an", "--json")  # fmt: skip
    document = json.loads(out)
    assert code == 0
    assert {part["cell"]["sheet_name"] for part in document["parts"] if part["value"]} == {"Kinh phí"}
    assert sum(part["value"] for part in document["parts"] if part["value"]) == document["accepted"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("rollup", "--period", "2025-13..2025-14"), "month"),
        (("rollup", "--period", "2025-01..2025-03", "--indicator", "KC-X"), "no indicator"),
        (("explain", "--period", "2025-03", "--indicator", "KC-E05", "--unit", "nowhere"), "no unit"),
        (("decide", "nothing", "waive", "--reason", "because"), "nothing"),
        (("decisions", "--state", "ended"), "active or lapsed"),
        (("diff", "long-an/kinh-phi-2025-06.xlsx", "no-such-file.xlsx"), "no-such-file.xlsx"),
        (("release", "show", "99"), "no release 99"),
        (("release", "bridge", "2", "1"), "give the older one first"),
        (("release", "bridge", "1", "1", "--by", "province"), "no level"),
        (("release", "reopen", "--period", "2025-06", "--reason", "an audit"), "not final"),
        (("release", "finalise", "--period", "2019-06", "--reason", "signed"), "no figure of period 2019-06"),
        (("nightly", "--as-of", "yesterday"), "YYYY-MM-DD"),
        (("rules", "--unit", "ha-noi"), "add --undecided"),
        (("rules", "--rule", "XX-01"), "no rule 'XX-01'"),
        (("read", "no-such-file.xlsx"), "no file"),
        (("submit", "no-such-file.xlsx"), "no file"),
    ],
)
def test_wrong_usage_is_exit_2_and_a_sentence(kc, arguments, sentence) -> None:
    code, out, error = kc(*arguments)
    assert (code, out) == (2, "")
    assert sentence in error
    assert "Traceback" not in error


def test_rules_say_what_they_said_last_night(kc) -> None:
    code, out, _ = kc("rules", "--json")
    rules = {row["rule_id"]: row for row in json.loads(out)["rules"]}
    assert code == 0
    assert rules["KP-01"]["n_pass"] > 0 and rules["KP-01"]["n_fail"] == 0 and rules["KP-01"]["severity"] == "block"
    assert rules["KP-04-2-4"]["remarks"] == ["redundant"]
    _, out, _ = kc("rules", "--undecided", "--rule", "LB-01", "--json")
    undecided = json.loads(out)["undecided"]
    assert len(undecided) == rules["LB-01"]["n_undecided"] and {row["rule_id"] for row in undecided} <= {"LB-01"}
    _, out, _ = kc("rules", "--rule", "KP-01")
    assert "KP-01" in out and "block" in out and "kinh-phi" in out


def test_a_dry_run_returns_a_bad_file_and_writes_nothing(kc, tmp_path) -> None:
    bad = tmp_path / "bao-cao.xlsx"
    bad.write_bytes(b"no workbook")
    _, before, _ = kc("status", "--as-of", "2025-10-31", "--json")
    code, out, _ = kc("submit", bad, "--dry-run", "--json")
    document = json.loads(out)
    assert code == 3
    assert document["files"][0]["verdict"] == "return"
    assert document["files"][0]["findings"][0]["message_vi"]
    assert kc("status", "--as-of", "2025-10-31", "--json")[1] == before


def test_a_good_file_is_read_with_its_cells(kc, slice_inbox) -> None:
    code, out, _ = kc("read", slice_inbox / "long-an" / "kinh-phi-2025-06.xlsx", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["submissions"][0]["unit_key"] == "long-an"
    assert len(document["figures"]) > 100
    assert all(figure["where"]["cell"] for figure in document["figures"])


def test_releases_are_listed_and_shown(kc) -> None:
    _, out, _ = kc("release", "list", "--json")
    newest = json.loads(out)["releases"][0]
    code, out, _ = kc("release", "show", newest["release"], "--json")
    assert code == 0
    shown = json.loads(out)
    assert shown["release_hash"] == newest["release_hash"]
    assert all(len(shown["run"][f"{name}_hash"]) == 64 for name in ("code", "register", "rules", "forms"))
    code, out, _ = kc("release", "bridge", 1, newest["release"], "--by", "cell", "--json")
    assert code == 0
    assert not any(any(figure["residual"].values()) for figure in json.loads(out)["figures"])


def test_two_reports_are_set_side_by_side(kc) -> None:
    code, out, _ = kc("diff", "long-an/kinh-phi-2025-03.xlsx", "long-an/kinh-phi-2025-06.xlsx", "--json")
    (pair,) = json.loads(out)["pairs"]
    assert code == 0
    assert pair["before"]["period_end"] < pair["after"]["period_end"]
    for cell in pair["cells"]:
        if cell["difference"] is not None:
            assert cell["after"] - cell["before"] == cell["difference"] != 0
    assert {row["difference"] for row in pair["totals"]} > {0}
    assert all(row["after"] - row["before"] == row["difference"] for row in pair["totals"])
    assert kc("diff", pair["before"]["sha256"][:12], pair["after"]["submission_key"], "--json")[1] == out
    assert kc("decisions", "--json")[1:] == ('{\n  "decisions": []\n}\n', "")


def test_a_backup_is_one_document_and_restoring_it_is_refused_with_the_reason(kc, tmp_path) -> None:
    code, out, _ = kc("backup", tmp_path, "--json")
    document = json.loads(out)
    assert code == 0
    assert set(document) == {
        "file", "bytes", "made_at", "newest_migration", "run", "release", "release_hash", "n_receipts", "n_landed_files"
    }  # fmt: skip
    made = Path(document["file"])
    assert (made.parent, made.stat().st_size) == (tmp_path, document["bytes"])
    code, out, told = kc("backup", made)
    assert (code, out) == (2, "") and "is there already" in told
    code, out, told = kc("restore", made, "--json")
    assert (code, out) == (2, "") and "`--replace` puts the backup in its place" in told
    made.write_bytes(made.read_bytes()[:-20_000])
    code, out, told = kc("restore", made, "--replace", "--json")
    assert (code, out) == (3, "") and "is damaged or was not finished" in told
