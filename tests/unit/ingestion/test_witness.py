"""A second witness: whatever the XML of a workbook looks like, what people see is what is read, or the cell is told."""

import re
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from book_builder import FORMS, PROJECT, address, kinh_phi
from mutants import packed, parts_of

from ingestion.landing.receipts import Receipt
from ingestion.reading.reading import read_file
from ingestion.register import load_register

REGISTER = PROJECT / "dbt_project" / "register"
KNOWN = load_register(REGISTER)
MONEY = FORMS["kinh-phi"].sheets[0]
SHEET = "xl/worksheets/sheet1.xml"
CELL = address(MONEY, "kcdp_t_disbursed")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def read(data: bytes, extension: str = "xlsx"):
    receipt = Receipt(0, None, datetime(2025, 4, 20, tzinfo=UTC), "", extension)
    drafts, findings = read_file(data, receipt, FORMS, KNOWN, REGISTER)
    return drafts[0] if drafts else None, [*findings, *(f for d in drafts for f in d.findings)]


def value(draft, column="kcdp_t_disbursed", line=0):
    rows = [found for found in draft.lines["money"].cells if found[1] == column]
    return rows[line][2]


def with_cell(xml: str, column: str = "kcdp_t_disbursed", **options) -> bytes:
    """The money form with the XML of one cell replaced: {r} is its address."""
    parts, place = parts_of(kinh_phi(**options)), address(MONEY, column)
    found = re.compile(rb'<c r="%s"[^>]*?(?:/>|>.*?</c>)' % place.encode())
    assert len(found.findall(parts[SHEET])) == 1
    parts[SHEET] = found.sub(xml.format(r=place).encode(), parts[SHEET])
    return packed(parts)


def everywhere(change) -> bytes:
    return packed({name: change(part) if name.endswith((".xml", ".rels")) else part for name, part in parts_of(kinh_phi()).items()})


def strict(part: bytes) -> bytes:
    for old, new in STRICT.items():
        part = part.replace(old.encode(), new.encode())
    return part


def prefixed(part: bytes) -> bytes:
    """Every element of a sheet under a prefix of its own."""
    if b"<worksheet" not in part:
        return part
    part = re.sub(rb"<(/?)([a-zA-Z]+)(?=[\s/>])", rb"<\1s:\2", part)
    return part.replace(b"xmlns=", b"xmlns:s=")



@pytest.mark.parametrize(
    "xml",
    [
        '<c r="{r}"><v><![CDATA[10.5]]></v></c>',
        "<c r='{r}'><v>10.5</v></c>",
        '<c\n r="{r}"\n t="n"><v>10.5</v></c>',
        '<c r="{r}"><v>1.05E1</v></c>',
        '<c r="{r}"><f>21/2</f><v>10.5</v></c>',
        '<c r="{r}" t="inlineStr"><is><t>10,5</t></is></c>',
        '<c r="{r}" t="inlineStr"><is><r><t>10</t></r><r><t>,5</t></r></is></c>',
        '<c r="{r}" t="inlineStr"><is><r><t>10,5</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>2</t></r></is></c>',
        '<c r="{r}" t="inlineStr"><is><r><rPr><strike/></rPr><t>99 </t></r><r><t>10,5</t></r></is></c>',
        '<c r="{r}" t="str"><f>TEXT(10.5)</f><v>10,5</v></c>',
    ],
)
def test_the_number_that_people_see_is_read(xml):
    draft, _ = read(with_cell(xml))
    assert value(draft).value == Decimal("10.5") and not draft.is_returned


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ('<c r="{r}" t="e"><f>1/0</f><v>#DIV/0!</v></c>', None),
        ('<c r="{r}"><f>SUM(A1:A2)</f></c>', None),
        ('<c r="{r}" t="inlineStr"><is><r><rPr><strike/></rPr><t>10,5</t></r></is></c>', None),
        ('<c r="{r}"><v>ten</v></c>', None),
        ('<c r="{r}"><f>10.5+0</f><v>0</v></c>', "formula_not_calculated"),
        ('<c r="{r}"><f>ROUND(21/2,1)</f><v>0</v></c>', "formula_not_calculated"),
    ],
)
def test_what_is_no_value_is_told_and_never_0(xml, code):
    draft, findings = read(with_cell(xml))
    reading = value(draft)
    assert reading.value is None and reading.reading in ("unreadable", "formula_error")
    assert code is None or [f.cell_address for f in findings if f.code == code] == [CELL]


def test_sums_and_references_are_judged_by_their_own_cells():
    first, second = address(MONEY, "kcdp_t_plan", 0), address(MONEY, "kcdp_t_plan", 1)

    def spoil(book):
        sheet = book.worksheets[0]
        sheet[CELL] = f"=SUM({first}:{second})"
        sheet[address(MONEY, "kcdp_t_contracted")] = f"={CELL}/2"

    _, findings = read(kinh_phi(edit=spoil))  # openpyxl writes formulas without results
    assert not [f for f in findings if f.code == "formula_not_calculated"]
    parts = parts_of(kinh_phi(edit=spoil))
    parts[SHEET] = re.sub(rb"(</f>)<v\s*/>|(</f>)<v></v>", rb"</f><v>0</v>", parts[SHEET])
    _, findings = read(packed(parts))
    told = {f.cell_address for f in findings if f.code == "formula_not_calculated"}
    assert told == {CELL, address(MONEY, "kcdp_t_contracted")}


def test_a_blank_template_with_sums_is_not_accused():
    def empty(book):
        sheet = book.worksheets[0]
        for column in ("kcdp_t_plan", "kcdp_t_disbursed", "kcqg_disbursed"):
            for line in range(3):
                sheet[address(MONEY, column, line)] = None
        sheet[CELL] = f"=SUM({address(MONEY, 'kcdp_t_plan', 0)}:{address(MONEY, 'kcdp_t_plan', 2)})"

    parts = parts_of(kinh_phi(edit=empty))
    parts[SHEET] = re.sub(rb"(</f>)<v\s*/>|(</f>)<v></v>", rb"</f><v>0</v>", parts[SHEET])
    draft, findings = read(packed(parts))
    assert not [f for f in findings if f.code == "formula_not_calculated"] and value(draft).value == 0


@pytest.mark.parametrize("change", [strict, prefixed], ids=["strict", "prefix"])
def test_namespaces_and_prefixes_do_not_matter(change):
    plain, _ = read(kinh_phi())
    draft, _ = read(everywhere(change))
    assert draft.lines["money"].cells == plain.lines["money"].cells
    error = with_cell('<c r="{r}" t="e"><v>#REF!</v></c>')
    parts = parts_of(error)
    draft, _ = read(packed({n: change(p) if n.endswith((".xml", ".rels")) else p for n, p in parts.items()}))
    assert value(draft).reading == "formula_error"


def test_a_part_in_utf_16():
    parts = parts_of(kinh_phi())
    parts[SHEET] = parts[SHEET].decode().replace("UTF-8", "UTF-16").encode("utf-16")
    draft, findings = read(packed(parts))
    assert draft is not None and value(draft).value == Decimal("10.5"), [f.code for f in findings]


@pytest.mark.parametrize(
    ("number_format", "stored", "seen"),
    [
        ("#,##0.0,,", 10_500_000, Decimal("10.5")), ("0,", 10_500, Decimal("10.5")),
        ('0"%"', 10, Decimal(10)), ("0.0", 10.5, Decimal("10.5")),
        ("#,##0", 1050, Decimal(1050)),
    ],
)  # fmt: skip
def test_what_a_number_format_shows_counts(number_format, stored, seen):
    def spoil(book):
        cell = book.worksheets[0][CELL]
        cell.value, cell.number_format = stored, number_format

    draft, _ = read(kinh_phi(edit=spoil))
    assert value(draft).value == seen


def test_a_document_type_is_refused():
    parts = parts_of(kinh_phi())
    parts[SHEET] = parts[SHEET].replace(b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "10">]><worksheet', 1)
    draft, findings = read(packed(parts))
    assert draft is None and [f.code for f in findings] == ["file_broken"]


def test_a_package_with_backslashes_and_a_format_down_to_the_last_row():
    parts = parts_of(kinh_phi())
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", b'<row r="1048576"><c r="A1048576" s="0"/></row></sheetData>')
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, part in parts.items():
            info = zipfile.ZipInfo("x")
            info.filename = name.replace("/", "\\")
            package.writestr(info, part)
    plain, _ = read(kinh_phi())
    draft, _ = read(buffer.getvalue())
    assert draft is not None and draft.lines["money"].cells == plain.lines["money"].cells
