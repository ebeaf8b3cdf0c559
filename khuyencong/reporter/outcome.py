"""What became of the files of one `kc submit`, and why nothing is said of a file that was not checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from khuyencong.gate.choice import JUDGED
from warehouse.rows import rows_by_name, single_row, single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor

# Reasons that lie in the file itself; of the others the sender can mend nothing.
MENDABLE = ("missing_term", "missing_value", "nothing_to_compare", "unreadable", "missing_counterpart")

# What is said of a submission that the rules did not judge by itself.
NOT_CHECKED = {
    "superseded": ("được thay thế bởi {by}, nên không kiểm tra", "replaced by {by}, not checked"),
    "withdrawn": ("đã được rút bởi {by}, nên không kiểm tra", "withdrawn by {by}, not checked"),
    "withdrawal": ("rút báo cáo đã gửi", "withdraws the report sent before"),
    "cross_check": (
        "báo cáo của vai trò khác, chỉ dùng để đối chiếu, không kiểm tra riêng",
        "another role's report, kept for comparison, not checked by itself",
    ),
    "mentions": (
        "số liệu trong văn bản được đối chiếu trong đêm, không kiểm tra ở đây",
        "numbers in running text are compared in the night, not checked here",
    ),
}
UNKNOWN = ("chưa được kiểm tra", "not checked")


@dataclass(frozen=True)
class Handed:
    """One file of a `kc submit`: its path as text, its bytes' sha256, the receipt that it has."""

    path: str
    sha256: str
    receipt_key: int


def outcomes(connection: Connection, run_key: int, handed: list[Handed]) -> list[dict[str, Any]]:
    """{path, verdict, submissions, findings, flags, undecided} a file, in the order given.

    verdict: return (sent back) · not_read (not the sender's doing: it waits, or was set aside) · hold (a blocking rule keeps
    figures out, or the report before stays in force) · replaced (by another file, or withdrawn: not checked) · accept. A
    submission has its `state`, `n_held`, and `not_checked_vi` and `_en` where the rules did not judge it.
    """
    names = {file.receipt_key: file.path for file in handed}
    return [_outcome(connection, run_key, file, names) for file in handed]


def _outcome(connection: Connection, run_key: int, file: Handed, names: Mapping[int, str]) -> dict[str, Any]:
    with connection, connection.cursor() as cursor:
        cursor.execute("select state from raw.receipt where receipt_key = %s", (file.receipt_key,))
        receipt_state = single_value(cursor)
        findings = _rows(cursor, "findings_of_receipt", receipt_key=file.receipt_key)
        if receipt_state == "landed":  # what it waits for is no finding of the file
            findings += _rows(cursor, "trouble_of_receipt", receipt_key=file.receipt_key)
        submissions = _rows(
            cursor, "submissions_of_receipt", run_key=run_key, receipt_key=file.receipt_key, sha256=file.sha256
        )
        for submission in submissions:
            submission |= _not_checked(cursor, submission.pop("later_receipts") or [], submission["state"], names)
        flags = _rows(cursor, "open_flags", submission_keys=[submission["submission_key"] for submission in submissions])
    is_returned = receipt_state == "returned" or any(s["door_verdict"] == "return" for s in submissions)
    return {
        "path": file.path,
        "verdict": "return" if is_returned else _verdict(submissions, flags, receipt_state),
        "submissions": submissions,
        "findings": findings,
        "flags": flags,
        "undecided": _undecided(connection, submissions),
    }


def _verdict(submissions: list[dict[str, Any]], flags: list[dict[str, Any]], receipt_state: str) -> str:
    if receipt_state != "read":
        return "not_read"
    is_held = any(s["n_held"] or s["state"] == "under_review" for s in submissions)
    if is_held or any(flag["severity"] == "block" for flag in flags):
        return "hold"
    is_replaced = submissions and all(s["state"] in ("superseded", "withdrawn") for s in submissions)
    return "replaced" if is_replaced else "accept"


def _not_checked(cursor: Cursor, later: list[int], state: str | None, names: Mapping[int, str]) -> dict[str, str | None]:
    """Why the rules did not judge a submission, in both languages; None where they did."""
    if state in (*JUDGED, "returned"):
        return {"not_checked_vi": None, "not_checked_en": None}
    sentences = NOT_CHECKED.get(state or "", UNKNOWN)
    vi, en = (each.format(by=_named(cursor, later, names, language)) for language, each in enumerate(sentences))
    return {"not_checked_vi": vi, "not_checked_en": en}


def _named(cursor: Cursor, later: list[int], names: Mapping[int, str], language: int) -> str:
    """The newest of later receipts: the file's name, and whether it came in this call."""
    if not later:
        return ("báo cáo sau", "a later report")[language]
    if later[0] in names:
        return names[later[0]] + (" trong lần gửi này", " in this call")[language]
    cursor.execute("select location, received_at from raw.receipt where receipt_key = %s", (later[0],))
    location, received_at = single_row(cursor)
    return f"{location} ({received_at:%Y-%m-%d %H:%M})"


def _rows(cursor: Cursor, name: str, **values: object) -> list[dict[str, Any]]:
    """The rows of a statement of sql/ as dictionaries."""
    cursor.execute(read_statement(__package__, name), values)
    return list(rows_by_name(cursor))


def _undecided(connection: Connection, submissions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the rules could not compare though the file gives one side of it, with a reason that the sender can mend."""
    from khuyencong.flags.undecided import undecided_verdicts

    keys = [submission["submission_key"] for submission in submissions]
    rows = undecided_verdicts(connection, submissions=keys, one_sided=True)
    names = ("rule_id", "scope", "reason", "left_value", "right_value", "rule_name", "rule_name_en", "sentence_vi", "sentence_en")
    return [{name: row[name] for name in names} for row in rows if row["reason"] in MENDABLE]
