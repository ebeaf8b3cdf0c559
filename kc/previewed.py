"""What `kc read` prints of a file: whose report it is, what lies in it that is wrong, and its figures."""

from __future__ import annotations

from typing import Any

SHORT = ("where", "written", "value", "unit", "indicator", "fund", "activity")
WIDE = (*SHORT, "qualifier", "measure", "unit_key", "period")
WHAT = {
    "return": ("TRẢ LẠI", "RETURNED"), "cell": ("Ô KHÔNG ĐƯỢC TÍNH", "CELL NOT COUNTED"), "note": ("Lưu ý", "Note"),
    "quarantine": ("Chưa đọc được", "Not read"),
}  # fmt: skip
RETURNED = (
    "Tệp sẽ bị trả lại vì các lý do ghi là TRẢ LẠI ở trên: hãy sửa rồi gửi lại cả tệp.",
    "The file would be returned, for what is marked RETURNED above: correct it and send the whole file again.",
)


def is_returned(document: dict[str, Any]) -> bool:
    """Whether the file, or one of the reports in it, would be sent back."""
    return document["returned"] or any(each["is_returned"] for each in document["submissions"])


def print_preview(document: dict[str, Any], *, wide: bool) -> None:
    """Submissions and findings as sentences, then the figures as a table; `wide` adds the columns beyond 80 characters."""
    from kc.output import console, number, print_table

    out = console(None if wide else 80)
    for each in document["submissions"]:
        period = f"{each['period_start']:%Y-%m-%d}..{each['period_end']:%Y-%m-%d}"
        out.print(f"{each['form']}: {each['unit_key']}, {period}", markup=False, style="bold")
    for finding in document["findings"]:
        vi, en = WHAT[finding["verdict"]]
        out.print(f"{vi} / {en} {_place(finding)}".rstrip(), markup=False, style="bold")
        out.print(f"  {finding['message_vi']}\n  {finding['message_en']}", markup=False)
    if is_returned(document):
        out.print("\n".join(RETURNED), markup=False)
    rows = []
    for figure in document["figures"]:
        where = figure["where"]
        place = f"{where['sheet']}!{where['cell']}" if "cell" in where else f"{where['start']}–{where['end']}"
        short = (
            place,
            figure["written"],
            number(figure["value"]),
            figure["unit"],
            figure["indicator_code"],
            figure["fund"],
            figure["activity"],
        )
        period = f"{figure['period_start']}..{figure['period_end']}"
        rows.append((*short, figure["qualifier"], figure["measure"], figure["unit_key"], period) if wide else short)
    if rows:
        columns = WIDE if wide else SHORT
        print_table(f"{document['file']}: {len(rows)} figures", columns, rows, numeric=(2,), width=None if wide else 80)
    for relation in document["relations"]:
        out.print(
            f"{relation['closeness']}: {relation['explanation_vi']}\n  {relation['explanation_en']}", markup=False
        )


def _place(finding: dict[str, Any]) -> str:
    if finding["sheet_name"] is None:
        return ""
    if finding["cell_address"]:
        return f"{finding['sheet_name']}!{finding['cell_address']}"
    return (
        finding["sheet_name"] if finding["row_number"] is None else f"{finding['sheet_name']}, {finding['row_number']}"
    )
