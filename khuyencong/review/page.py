"""The review page of a period as people see it in Airflow: a subject, a text in Markdown, and the fields of the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ingestion.written.money_units import text_unit
from khuyencong.flags.numbers import currency_behind, number_en, number_vi
from khuyencong.review.ends import StandingWord
from khuyencong.review.outlooks import Outlook
from khuyencong.review.questions import Page, Question, ShownFigure
from khuyencong.review.words import CHOICES, OFFERED, REVOKE_REASON, REVOKE_WORD, STILL_HELD
from warehouse.settings import TIMEZONE, this_programme

MOST_CELLS, MOST_ROWS = 4, 3
# What each choice would do to the national accepted figures, before the rules judge.
OUTLOOKS = {
    "waive": "Nếu cho tính / If waived",
    "apply": "Nếu sửa theo đề xuất / If applied",
    "sign": "Nếu ký / If signed",
    "revoke": "Nếu rút lại / If revoked",
}


def effect_words(flag: dict[str, Any]) -> tuple[str, str]:
    """What a flag may do to the national figures, (vi, en); `flag` is a row of `list_flags`."""
    if flag["impact_score"] is None:
        return "chưa biết: số quốc gia chưa có gì để so", "effect not known: the nation has nothing to compare with"
    if not flag["impact_score"]:
        return "không làm thay đổi số quốc gia nào", "moves no national figure"
    pct, money, code = float(flag["impact_score"]), Decimal(flag["impact_vnd"]), flag["impact_indicator"]
    return (
        f"có thể làm {code} thay đổi {pct:.2g}".replace(".", ",") + f" %, tiền thay đổi {number_vi(money)}{currency_behind(True)}",
        f"may move {code} by {pct:.2g} %, money by {number_en(money)} {this_programme().currency_name_en}",
    )


def subject_of(page: Page) -> str:
    """The headline: which period, how many flags, of which release."""
    n = len(page.questions)
    year, month = page.period.split("-")
    release = f" · bản / release {page.release_number}" if page.release_number else ""
    return f"Rà soát kỳ {month}/{year}: {n} cảnh báo / Review of {page.period}: {n} flag{'s' if n > 1 else ''}{release}"


def body_of(page: Page, stop_pct: Decimal) -> str:
    """The text: how to answer, what waits behind, and each flag with its cell, explanation, effect and age."""
    until = page.answer_until.astimezone(TIMEZONE)
    vi = (
        f"Trả lời trước **{until:%H:%M ngày %d/%m/%Y}**. Chọn cho từng cảnh báo ở phần trả lời; cảnh báo để nguyên, hoặc không ai "
        f"trả lời, thì số liệu **vẫn giữ**: không có gì tự được chấp nhận. Mỗi quyết định cần lý do và có hiệu lực từ đêm tổng hợp "
        f"sau. Còn **{page.n_more}** cảnh báo của kỳ này chờ sau trang này; hết hàng đợi thì có thể dừng: phần còn lại không làm "
        f"thay đổi số quốc gia nào quá {number_vi(stop_pct)} %."
    )
    en = (
        f"Answer before {until:%H:%M on %Y-%m-%d}. Choose for each flag in the fields; a flag left as it is, or a page that "
        f"nobody answers, keeps its figures **held**: nothing is accepted by itself. Each decision needs a reason and counts from "
        f"the next night. **{page.n_more}** more flags of this period wait behind this page; when none is left, review may stop: "
        f"what remains moves no national figure by {number_en(stop_pct)} %."
    )
    return "\n\n".join([vi, f"*{en}*", *(_section(question) for question in page.questions), *_words(page)])


def fields_of(page: Page) -> dict[str, dict[str, Any]]:
    """The form: name → value, description and schema (JSON Schema with Airflow's `values_display`); titles name the flag.

    No sections: Airflow's page repeats the whole text above each.
    """
    fields: dict[str, dict[str, Any]] = {}
    for question in page.questions:
        flag_id = question.flag["flag_id"]
        head = f"{question.place}. {question.flag['unit_name'] or question.flag['unit_key']} · {flag_id} · "
        offered = {word: CHOICES[word] for word in OFFERED[question.asks] if word != "apply" or question.flag["n_proposed"]}
        fields[f"choice_{flag_id}"] = _field(
            head + "Quyết định / Decision", STILL_HELD, "string", enum=list(offered), values_display=offered
        )
        if len(question.figures) > 1:
            cells = {str(place): _cell_label(figure) for place, figure in enumerate(question.figures, 1)}
            fields[f"cell_{flag_id}"] = _field(
                head + "Ô cần sửa / Cell to correct", None, ["string", "null"], enum=[None, *cells], values_display=cells,
                description="Chỉ khi sửa / For a correction only.",
            )  # fmt: skip
        is_money = any(figure.is_money for figure in question.figures)
        in_money = f"{currency_behind(True).strip()}, hoặc kèm đơn vị: 12 {text_unit()}"
        unit = in_money if is_money else "theo đơn vị của chỉ tiêu / in the indicator's unit"
        fields[f"value_{flag_id}"] = _field(
            head + "Giá trị đúng / True value", None, ["string", "null"],
            description=f"Chỉ khi sửa / For a correction only. Ví dụ / for example 1.234.567,5 ({unit}).",
        )  # fmt: skip
        fields[f"reason_{flag_id}"] = _reason(head, question.reason)
    if page.words:
        head = "Rút lại quyết định / End a word · "
        words = {shown.flag_id: f"{shown.label} · {shown.flag_id}" for shown in page.words}
        fields[REVOKE_WORD] = _field(
            head + "Quyết định / Word", None, ["string", "null"], enum=[None, *words], values_display=words,
            description="Chỉ khi muốn rút lại một quyết định đang có hiệu lực / Only to end a word that counts.",
        )  # fmt: skip
        fields[REVOKE_REASON] = _reason(head, "")
    return fields


def _reason(head: str, reason: str) -> dict[str, Any]:
    return _field(
        head + "Lý do / Reason", reason or None, ["string", "null"], format="multiline",
        description="Bắt buộc cho mọi quyết định / Needed for every decision.",
    )  # fmt: skip


def _field(title: str, value: object, type_: object, *, description: str = "", **schema: object) -> dict[str, Any]:
    return {"value": value, "description": description or None, "schema": {"type": type_, "title": title, **schema}}


def _section(question: Question) -> str:
    flag = question.flag
    parts = [
        f"---\n### {question.place}. {plain(flag['unit_name'] or flag['unit_key'])} · "
        f"{plain(flag['form_name'] or flag['form_code'])} · {flag['period']} · `{flag['flag_id']}`"
    ]
    if question.refusal:
        vi, en = question.refusal
        parts.append(f"> ⚠ Câu trả lời trước không được ghi: **{plain(vi)}** / *The last answer was not recorded: {plain(en)}*")
    parts.append(plain(flag["explanation_vi"]))
    parts.append(f"*{plain(flag['explanation_en'])}*")
    effect_vi, effect_en = effect_words(flag)
    held = flag["n_held"]
    rows = [
        ("Xếp hạng / Rank", f"{flag['queue_rank']} · {flag['severity']} · {held} số liệu bị giữ / figures held"),
        ("Ô bị nghi / Suspected cell", "; ".join(_cell(figure) for figure in question.figures[:MOST_CELLS])
         + (f"; … +{len(question.figures) - MOST_CELLS}" if len(question.figures) > MOST_CELLS else "")),
        ("Gợi ý / Suggestion", _suggestion(flag, question.figures)),
        ("Ảnh hưởng / Effect", f"{plain(effect_vi)} / {plain(effect_en)}"),
        *(_outlook(outlook, flag["n_proposed"]) for outlook in question.outlooks),
        *(("Quyết định đã có / Word so far", _said(word)) for word in question.words),
        ("Đã chờ / Open for", f"{flag['days_open'] or 0} ngày / days"
         + (f", đã hỏi {question.n_asked} lần / asked {question.n_asked} times before" if question.n_asked else "")),
    ]  # fmt: skip
    lines = ["| | |", "|---|---|", *(f"| **{name}** | {text} |" for name, text in rows if text)]
    return "\n\n".join([*parts, "\n".join(lines)])


def _words(page: Page) -> list[str]:
    """The words that count and may be ended here."""
    if not page.words:
        return []
    rows = [
        f"| {plain(shown.label)} `{shown.flag_id}` | {_said(shown.word)} | {_outlook(shown.ending, 0)[1]} |" for shown in page.words
    ]
    head = "| Quyết định / Word | | Nếu rút lại / If ended |"
    return ["---\n### Đang có hiệu lực / Words that count", "\n".join([head, "|---|---|---|", *rows])]


def _outlook(outlook: Outlook, n_proposed: int) -> tuple[str, str]:
    """A choice, and the national rows that it moves, before and after; a waiver of what the engine would correct says so."""
    rows = [
        f"{move.indicator_code} {move.fund} {move.period_end:%m/%Y}: {number_vi(move.accepted_before)} → "
        f"**{number_vi(move.accepted_after)}**{currency_behind(move.is_money)}"
        for move in outlook.moves[:MOST_ROWS]
    ]
    more = len(outlook.moves) - MOST_ROWS
    text = "; ".join(rows) + (f"; … +{more}" if more > 0 else "")
    needs = " ⚠ chờ người thứ hai ký / waits for a second reviewer" if outlook.needs_name else ""
    if outlook.choice == "waive" and n_proposed:
        needs += f" ⚠ trái với đề xuất sửa {n_proposed} ô / contradicts the proposed correction of {n_proposed} cells"
    return OUTLOOKS[outlook.choice], (text or "không đổi / nothing moves") + needs


def _said(word: StandingWord) -> str:
    waits = ", chờ ký / waits for a signature" if word.state == "pending" else ""
    return f"{plain(word.decided_by)}: {word.decision} ({word.n_figures} số liệu / figures{waits}): {plain(word.reason)}"


def _cell(figure: ShownFigure) -> str:
    value = "—" if figure.value is None else number_vi(figure.value) + currency_behind(figure.is_money)
    return f"`{_code(figure.cell)}` = **{value}** · {plain(figure.name_vi)}"


def _cell_label(figure: ShownFigure) -> str:
    return f"{figure.cell} = {'—' if figure.value is None else number_vi(figure.value)}"


def _suggestion(flag: dict[str, Any], figures: Sequence[ShownFigure]) -> str:
    """What the engine would put there, with its confidence; nothing when it names none."""
    if flag["n_proposed"] > 1:
        return f"sửa {flag['n_proposed']} ô / correct {flag['n_proposed']} cells ({float(flag['confidence']):.0%})"
    if flag["suggested_value"] is None:
        return ""
    sure = "" if flag["confidence"] is None else f" ({float(flag['confidence']):.0%})"
    return f"**{number_vi(Decimal(flag['suggested_value']))}{currency_behind(any(f.is_money for f in figures))}**{sure}"


def plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line: nothing that a province wrote becomes a link, a picture or a heading."""
    return re.sub(r"([\\`*_{}\[\]<>#|~!])", r"\\\1", " ".join(str(text).split()))


def _code(text: str) -> str:
    return " ".join(text.split()).replace("`", "'").replace("|", "¦")
