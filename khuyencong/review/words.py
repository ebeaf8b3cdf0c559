"""The words of the review page: its options, its choices, and why an answer was not recorded, in Vietnamese and English."""

from __future__ import annotations

from ingestion.written.money_units import text_unit
from warehouse.settings import this_programme

# Buttons of the page; the second is taken when time runs out.
RECORD = "Ghi các quyết định / Record the decisions"
LEAVE = "Để nguyên: vẫn giữ / Leave all as held"

# The choices for each flag; all but the first are words of a decision. Which of them a question offers: OFFERED.
STILL_HELD = "still_held"
CHOICES = {
    STILL_HELD: "Vẫn giữ, chưa quyết định / Still held, no decision",
    "confirm": "Cảnh báo đúng: giữ số liệu / Confirm: the flag is right, the figure stays held",
    "waive": "Số liệu đúng: cho tính / Waive: the figure is right here, it is accepted",
    "correct": "Sửa theo giá trị đúng / Correct: the true value is the one below",
    "apply": "Sửa mọi ô theo đề xuất / Apply: correct all the cells that the engine proposes",
    "sign": "Ký quyết định đang chờ / Sign: the word that waits is right, it counts",
    "revoke": "Rút lại quyết định / Revoke: the word on this flag ends",
}
# What is asked (review.request.asks) → the choices offered; `apply` only where the engine proposes something.
OFFERED = {
    "flag": (STILL_HELD, "confirm", "waive", "correct", "apply"),
    "signature": (STILL_HELD, "sign", "revoke", "confirm", "waive", "correct", "apply"),
}
# Fields of the page itself: which of the words that count is to end (a flag_id), and why.
REVOKE_WORD, REVOKE_REASON = "revoke_word", "revoke_reason"

# Each says what to do. Names in braces are filled in from the answer. What is not here is told in the words of who refused.
SENTENCES = {
    "choice_unknown": (
        "“{written}” không phải là một lựa chọn của trang. Chọn lại.",
        "“{written}” is no choice of the page. Choose again.",
    ),
    "no_reason": (
        "Quyết định nào cũng cần lý do. Ghi lý do rồi trả lời lại.",
        "Every decision needs its reason. Write it and answer again.",
    ),
    "value_missing": (
        "“Sửa” cần giá trị đúng. Ghi giá trị, ví dụ 1.234.567,5, rồi trả lời lại.",
        "“Correct” needs the true value. Write it, for example 1.234.567,5, and answer again.",
    ),
    "value_not_wanted": (
        "Có ghi giá trị “{written}” nhưng không chọn “sửa”. Chọn “sửa”, hoặc xóa giá trị.",
        "The value “{written}” stands there, but “correct” was not chosen. Choose it, or take the value out.",
    ),
    "value_unreadable": (
        "Không đọc được giá trị “{written}”. Ghi một số chính xác, ví dụ 1.234.567,5 hoặc 12 {money_unit}.",
        "The value “{written}” cannot be read. Write one exact number, for example 1.234.567,5 or 12 {money_unit}.",
    ),
    "value_ambiguous": (
        "“{written}” có thể là {first} hoặc {second}. Ghi không có dấu phân cách hàng nghìn, hoặc thêm phần thập phân.",
        "“{written}” may be {first} or {second}. Write it without a mark between thousands, or with its decimals.",
    ),
    "value_not_whole": (
        "“{written}” không phải là số {currency_name} chẵn. "
        "Ghi số tiền bằng {currency_name}, hoặc kèm đơn vị ({money_unit}).",
        "“{written}” is no whole number of {currency_name_en}. "
        "Write the amount in {currency_name_en}, or with its unit ({money_unit}).",
    ),
    "value_unit_missing": (
        "“{written}” là {currency_name} hay {unit}? Ghi kèm đơn vị, ví dụ “{written} {unit}”.",
        "Is “{written}” {currency_name_en} or {unit}? Write it with its unit, for example “{written} {unit}”.",
    ),
    "value_unit": (
        "Đơn vị “{unit}” không dùng được cho số liệu này.",
        "The unit “{unit}” does not fit this figure.",
    ),
    "several_figures": (
        "Cảnh báo này nghi nhiều ô. Chọn ô cần sửa rồi trả lời lại.",
        "This flag suspects several cells. Choose the one to correct and answer again.",
    ),
    "flag_closed": (
        "Cảnh báo đã khép lại trước khi có câu trả lời: nguyên nhân không còn. Không cần làm gì.",
        "The flag closed before the answer came: its cause is gone. Nothing is to be done.",
    ),
    "flag_changed": (
        "Số liệu hoặc quy tắc đã thay đổi sau khi trang được hỏi. Xem lại số liệu mới ở trang sau.",
        "The figures or the rule have changed since the page asked. Look at the new ones on the next page.",
    ),
    "decided_meanwhile": (
        "{login} đã quyết định ({word}) sau khi trang được hỏi. Muốn đổi, dùng `kc decide`.",
        "{login} decided ({word}) after the page asked. To change that, use `kc decide`.",
    ),
    "not_reviewer": (
        "“{login}” không phải là người rà soát: không có tài khoản cơ sở dữ liệu cùng tên với quyền rà soát. "
        "Người quản trị chạy `kc reviewer add {login}`.",
        "“{login}” is no reviewer: the database has no login of that name with the right to review. "
        "The administrator runs `kc reviewer add {login}`.",
    ),
    "own_word": (
        "“{login}” đã ra hoặc đã ghi quyết định này; người khác phải ký.",
        "“{login}” made or recorded this decision; somebody else signs it.",
    ),
    "nothing_to_sign": (
        "Không còn quyết định nào của cảnh báo này chờ chữ ký.",
        "No decision on this flag waits for a signature any more.",
    ),
    "nothing_to_revoke": (
        "Không còn quyết định nào của cảnh báo này để rút lại.",
        "No decision on this flag is left to revoke.",
    ),
    "word_ended": (
        "Quyết định này đã được ký, đã hết hiệu lực hoặc đã có quyết định sau.",
        "This decision was signed, has ended, or was followed by a later one.",
    ),
    "no_proposal": (
        "Hệ thống không có đề xuất sửa cho cảnh báo này. Chọn “sửa” và ghi giá trị đúng.",
        "The engine proposes no correction of this flag. Choose “correct” and write the true value.",
    ),
    "own_submission": (
        "“{login}” đã gửi báo cáo này hoặc thuộc đơn vị báo cáo; không ai quyết định về báo cáo của chính mình.",
        "“{login}” sent this report or acts for its unit; nobody decides on their own.",
    ),
}


# What is said of a recorded decision that waits for a second reviewer.
PENDING = (
    "Đã ghi, chờ người rà soát thứ hai ký: một số quốc gia thay đổi quá mức cho một người quyết định.",
    "Recorded, and waits for a second reviewer's signature: a national figure moves too far for one name.",
)


class AnswerRefused(ValueError):
    """An answer that is not recorded: `code` names the reason, `sentences` say it (vi, en)."""

    def __init__(self, code: str, said: str = "", **words: object) -> None:
        vi, en = SENTENCES.get(code, ("Cơ sở dữ liệu từ chối: {said}", "The database refused: {said}"))
        self.code = code
        money = this_programme()
        words |= {"currency_name": money.currency_name, "currency_name_en": money.currency_name_en, "money_unit": text_unit()}
        self.sentences = vi.format(said=said, **words), en.format(said=said, **words)
        super().__init__(self.sentences[1])
