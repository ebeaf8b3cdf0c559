"""What `kc submit` prints of each file, in Vietnamese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

MOST_UNDECIDED = 10
WORDS = {
    "accept": ("đã nhận", "accepted at the door"),
    "hold": ("giữ lại", "held"),
    "replaced": ("đã được thay thế, không kiểm tra", "replaced, not checked"),
    "return": ("trả lại", "returned"),
    "not_read": ("chưa đọc được", "not read yet"),
}
NEXT = {
    "hold": (
        "Tiếp theo: sửa các ô nêu trên rồi gửi lại; nếu số liệu đúng, báo cho Cục để quyết định trên cảnh báo (kc flags).",
        "Next: correct what is named above and send it again; if it is right, tell the desk, which decides on the flag (kc flags).",
    ),
    "return": (
        "Tiếp theo: sửa các chỗ nêu trên rồi gửi lại cả tệp; chưa có số liệu nào được nhận.",
        "Next: correct what is named above and send the whole file again; none of its figures was taken.",
    ),
    "not_read": (
        "Tiếp theo: tệp không có lỗi; Cục đã được báo (kc status).",
        "Next: nothing is wrong with the file; the desk is told (kc status).",
    ),
}


def print_submitted(document: dict[str, Any]) -> None:
    """A few sentences a file: its fate, what was found and why, what comes next."""
    from kc.output import console

    out = console()
    for file in document["files"]:
        vi, en = WORDS[file["verdict"]]
        out.print(f"{file['path']}: {en} / {vi}", markup=False, style="bold")
        for item in file["findings"]:
            out.print(f"  {item['message_vi']}\n    {item['message_en']}", markup=False)
        for submission in file["submissions"]:
            for vi, en in _fate(submission):
                out.print(f"  {vi}\n    {en}", markup=False)
        for item in file["flags"]:
            out.print(f"  [{item['severity']}] {item['explanation_vi']}\n    {item['explanation_en']}", markup=False)
        _print_undecided(out, file["undecided"])
        if file["verdict"] in NEXT:
            out.print("  {}\n    {}".format(*NEXT[file["verdict"]]), markup=False)
        if file["verdict"] == "accept" and _is_all_checked(file) and not (file["findings"] or file["flags"] or file["undecided"]):
            out.print("  Không có gì phải sửa. / Nothing to correct.", markup=False)
    if document["dry_run"]:
        out.print("Dry run: nothing was written.")


def _is_all_checked(file: dict[str, Any]) -> bool:
    return bool(file["submissions"]) and not any(each["not_checked_en"] for each in file["submissions"])


def _fate(submission: dict[str, Any]) -> list[tuple[str, str]]:
    """What became of one submission, where that is not simply that it counts."""
    what = f"{submission['form_code']}, {submission['unit_key']}, {submission['period_end']:%Y-%m}"
    said, n_held = [], submission["n_held"]
    if submission["state"] == "under_review":
        said.append(("chờ xem xét; báo cáo trước vẫn có hiệu lực", "under review; the report before it stays in force"))
    if n_held:
        said.append((f"{n_held} số liệu bị giữ lại, chưa tính vào tổng", f"{n_held} figures held out of the accepted total"))
    if submission["not_checked_en"]:
        said.append((submission["not_checked_vi"], submission["not_checked_en"]))
    return [(f"{what}: {vi}.", f"{what}: {en}.") for vi, en in said]


def _print_undecided(out: Console, undecided: list[dict[str, Any]]) -> None:
    for item in undecided[:MOST_UNDECIDED]:
        scope = f" ({item['scope'].replace(';', ', ')})" if item["scope"] else ""
        out.print(f"  [?] {item['rule_name']}{scope}: {item['sentence_vi']}.", markup=False)
        out.print(f"    {item['rule_name_en']}{scope}: {item['sentence_en']}.", markup=False)
    if (left := len(undecided) - MOST_UNDECIDED) > 0:
        out.print(f"  [?] và {left} chỗ khác không so sánh được (--json). / {left} more that cannot be compared.", markup=False)
