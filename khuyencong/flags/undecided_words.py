"""Why a verdict could not be reached, as a sentence in Vietnamese and English."""

from __future__ import annotations

SENTENCES = {
    "missing_term": ("một bên của quy tắc không có dòng nào: tổng không có chi tiết, hoặc chi tiết không có tổng",
                     "one side has no line: a total without details, or details without a total"),
    "missing_value": ("có ô để trống hoặc ghi là chưa có số liệu", "a figure is blank, or said to be missing"),
    "nothing_to_compare": ("cả một bên để trống, không có gì để so sánh", "one whole side is blank: nothing to compare"),
    "missing_counterpart": ("phía đối chiếu không có số tương ứng", "the other side has no such figure"),
    "no_counterpart_report": ("chưa có báo cáo để đối chiếu", "the report to compare with has not come"),
    "condition_not_told": ("không rõ điều kiện của quy tắc có đúng hay không",
                           "it cannot be told whether the rule's condition holds"),
    "counterpart_disputed": ("số đối chiếu đang bị giữ lại", "the figure to compare with is held itself"),
    "unreadable": ("có ô không đọc được", "a cell cannot be read"),
    "period_differs": ("báo cáo không tính từ đầu năm", "the report does not begin with its budget year"),
    "gap_in_periods": ("thiếu báo cáo kỳ liền trước", "the report of the period right before is missing"),
    "no_denominator": ("không có mẫu số để tính tỷ lệ", "there is no denominator"),
    "too_few_figures": ("quá ít số để so sánh", "too few figures to compare"),
    "zero_not_compared": ("một kỳ bằng không nên không tính được mức tăng", "one period is nought, so there is no growth"),
    "no_ceiling": ("nội dung này không có mức trần bằng số tiền", "the activity has no ceiling in money"),
    "no_beneficiary_list": ("chưa có danh sách cơ sở thụ hưởng của kỳ", "the list of beneficiaries of the period is missing"),
    "no_gauge": ("không có nguồn nào cho biết báo cáo ghi đúng đơn vị tính",
                   "no source tells whether the report is in its unit of money"),
    "too_few_gauges": ("chỉ một nguồn cho thấy cả báo cáo sai đơn vị tính, chưa đủ để giữ lại",
                         "one source alone shows the whole report in a wrong unit: too few to hold it"),
    "check_columns_alone": ("chỉ các cột đối chiếu cho thấy sai đơn vị tính, chưa có nguồn nào về số liệu của chính đơn vị",
                            "check columns alone show a wrong unit: no source tells of the report's own figures"),
    "gauges_disagree": ("các nguồn cho thấy mức lệch khác nhau: nguồn nói đúng đơn vị, nguồn nói sai",
                          "sources disagree on the unit of money of the report"),
    "unknown_column": ("quy tắc nêu cột không còn trong biểu mẫu", "the rule names a column that the form no longer has"),
}  # fmt: skip


def undecided_sentences(reason: str | None) -> tuple[str, str]:
    """(Vietnamese, English) for a reason of checks.chk_verdict; a reason without a sentence speaks for itself."""
    return SENTENCES.get(reason or "", (reason or "", reason or ""))
