"""Bytes of a narrative report → its running text, head lines, language and sentences.

Offsets everywhere count characters of ``Document.text``: the decoded text, tidied (NFC, plain spaces), HTML without its
tags, navigation and scripts. Head lines ``# key: value`` at the top say unit, period and language and hold no figures.
"""

import bisect
import re
from dataclasses import dataclass, field

from ingestion.readers.narrative.register import Register
from ingestion.written.text import tidy

HTML_NOISE = ("script", "style", "noscript", "nav", "header", "footer", "aside", "form", "select", "button", "iframe")
HTML_BLOCKS = ("p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "br", "table", "ul", "ol", "title")
ENGLISH = frozenset({"the", "of", "and", "for", "in", "to", "with", "was", "were", "by", "on", "from", "has"})
VIETNAMESE_LETTER = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
LINK_LINE = re.compile(r".{10,}[-–|(]\s*\d{1,2}/\d{1,2}/\d{4}\s*\)?\s*$")
# No word of a report is so long, and patterns over such runs take minutes; what is cut away holds no figure.
LONG_WORD, LONG_GAP = re.compile(r"[^\s.,;:]{300,}"), re.compile(r"[ \t]{100,}")
KEPT_LETTERS = 80
SENTENCE_END = re.compile(r"[.!?]+(?=\s|$|[^\W\d_])")
ABBREVIATION = re.compile(r"(?:^|\W)(?:tp|ths|ts|gs|pgs|tr|st|no|mr|mrs|dr)$", re.IGNORECASE)


class NotReadable(ValueError):
    """The bytes are no narrative that this reader reads; ``vi`` and ``en`` say why to the sender."""

    def __init__(self, code: str, vi: str, en: str) -> None:
        super().__init__(en)
        self.code, self.vi, self.en = code, vi, en


@dataclass(frozen=True)
class Span:
    """A piece of the text: [start, end)."""

    start: int
    end: int


@dataclass
class Document:
    """A narrative as text: ``head`` holds the head lines, ``body`` the part that may hold figures, as one span."""

    text: str
    language: str
    head: dict[str, str]
    body: Span
    sentences: list[Span] = field(default_factory=list)
    paragraphs: list[Span] = field(default_factory=list)
    title: Span = Span(0, 0)
    line_starts: list[int] = field(default_factory=list)

    def line_of(self, offset: int) -> int:
        """The line number, from 1, in which an offset lies."""
        return bisect.bisect_right(self.line_starts, offset)

    def sentence_of(self, offset: int) -> Span:
        """The sentence that holds an offset."""
        return _holding(self.sentences, offset)

    def paragraph_of(self, offset: int) -> Span:
        """The paragraph (one line of the text) that holds an offset."""
        return _holding(self.paragraphs, offset)


def _holding(spans: list[Span], offset: int) -> Span:
    return spans[max(0, bisect.bisect_right([s.start for s in spans], offset) - 1)]


def read_document(data: bytes, name: str, register: Register) -> Document:
    """Decode, strip and cut a narrative; raises NotReadable for empty, undecodable or foreign-language bytes."""
    text = _decode(data)
    if re.search(r"\.x?html?$", name.lower()) or re.match(r"\s*<(!doctype|html|head|body)\b", text, re.IGNORECASE):
        text = _html_text(text)
    text = tidy(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = LONG_GAP.sub(" ", LONG_WORD.sub(lambda run: run[0][:KEPT_LETTERS] + "…", text))
    head, body_start = _head(text)
    stated = next((v for k, v in head.items() if k.startswith("language")), "")
    language = _language(text[body_start:]) if stated in ("", "vi", "en") else _refuse_language()
    document = Document(text, language, head, Span(body_start, len(text)))
    document.line_starts = [0, *(m.end() for m in re.finditer("\n", text))]
    document.paragraphs = [Span(a, b) for a, b in _lines(text, body_start) if text[a:b].strip()]
    if not document.paragraphs:
        raise NotReadable("empty", "Tệp không có nội dung chữ.", "The file holds no text.")
    _cut_links(document, register)
    document.sentences = [s for p in document.paragraphs for s in _sentences(text, p)]
    document.title = _title(document)
    return document


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1258")
    except UnicodeDecodeError as error:
        text = str(error)
    # Legacy fonts (TCVN3, VNI) decode to something too, but never to many Vietnamese letters.
    if len(VIETNAMESE_LETTER.findall(tidy(text).lower())) * 20 < len(text):
        vi = "Không nhận ra bảng mã của tệp; hãy lưu lại bằng Unicode (UTF-8)."
        raise NotReadable("encoding", vi, "The encoding is not recognised; please save the file as Unicode (UTF-8).")
    return text


def _html_text(markup: str) -> str:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(markup, "html.parser")
    for noise in soup.find_all(HTML_NOISE):
        noise.decompose()
    for block in soup.find_all(HTML_BLOCKS):
        block.insert_before("\n")
        block.append("\n")
    main = soup.find("article") or soup.find("main")
    whole = soup.get_text()
    chosen = main.get_text() if main is not None and len(main.get_text()) * 3 > len(whole) else whole
    title = soup.title.get_text().strip() if soup.title else ""
    text = chosen if title in chosen else f"{title}\n{chosen}"
    return re.sub(r"\n\s*\n+", "\n\n", re.sub(r"[ \t]+", " ", text)).strip()


def _head(text: str) -> tuple[dict[str, str], int]:
    head: dict[str, str] = {}
    position = 0
    for line in re.finditer(r"#\s*([^:\n]{1,40}):[ ]?([^\n]*)\n", text):
        if line.start() != position:
            break
        head[line[1].strip().lower()] = line[2].strip()
        position = line.end()
    return head, position


def _language(text: str) -> str:
    """"vi" or "en"; NotReadable for any other language, judged by letters and the commonest English words."""
    letters = [c for c in text.lower() if c.isalpha()]
    foreign = sum(1 for c in letters if ord(c) > 0x2E7F and not 0x1E00 <= ord(c) <= 0x1EFF)
    is_cyrillic = sum(1 for c in letters if 0x0370 <= ord(c) <= 0x0E7F) * 5 > len(letters)
    if letters and (foreign * 8 > len(letters) or is_cyrillic):
        _refuse_language()
    if len(VIETNAMESE_LETTER.findall(text.lower())) * 12 > len(letters):
        return "vi"
    words = re.findall(r"[^\W\d_]+", text.lower())
    if not words or sum(w in ENGLISH for w in words) * 25 > len(words) or not re.search(r"[à-ÿ]", text.lower()):
        return "en"
    return _refuse_language()


def _refuse_language() -> str:
    vi = "Chưa đọc được ngôn ngữ này; chỉ đọc tiếng Việt và tiếng Anh."
    raise NotReadable("language", vi, "This language is not supported; only Vietnamese and English are read.")


def _lines(text: str, start: int) -> list[tuple[int, int]]:
    return [(m.start(), m.end()) for m in re.compile(r"[^\n]+").finditer(text, start)]


def _cut_links(document: Document, register: Register) -> None:
    """Leave out lines that point to other pages: all after a "related news" line, and dated headlines in a row."""
    text = document.text
    kept: list[Span] = []
    for paragraph in document.paragraphs:
        line = text[paragraph.start : paragraph.end].strip()
        if kept and register.is_stop_line(line):
            break
        kept.append(paragraph)
    dated = [bool(LINK_LINE.match(text[p.start : p.end].strip())) for p in kept]
    in_row = [d and ((i > 0 and dated[i - 1]) or (i + 1 < len(kept) and dated[i + 1])) for i, d in enumerate(dated)]
    document.paragraphs = [p for p, is_link in zip(kept, in_row, strict=True) if not is_link]
    document.body = Span(document.body.start, document.paragraphs[-1].end)


def _sentences(text: str, paragraph: Span) -> list[Span]:
    spans, start = [], paragraph.start
    for end in SENTENCE_END.finditer(text, paragraph.start, paragraph.end):
        after = text[end.end() : paragraph.end].lstrip()
        if after[:1].islower() or ABBREVIATION.search(text[max(start, end.start() - 6) : end.start()]):
            continue
        spans.append(Span(start, end.end()))
        start = end.end()
    if text[start : paragraph.end].strip():
        spans.append(Span(start, paragraph.end))
    return spans


def _title(document: Document) -> Span:
    """The headline: the leading lines before the first long or ended one."""
    end = document.body.start
    for paragraph in document.paragraphs[:12]:
        line = document.text[paragraph.start : paragraph.end].strip()
        if len(line) > 200 or re.search(r"[.;]$", line):
            break
        end = paragraph.end
    return Span(document.body.start, end)
