"""Units of money as people write them above a table, in a header and on a line: which one is told, or that none is."""

import pytest

from ingestion.sheets.headed_columns import header_key, header_money_factor
from ingestion.written.money_units import money_factor, told_units

THOUSAND, MILLION, BILLION = 10**3, 10**6, 10**9


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("đồng", 1), ("Đồng", 1), ("đ", 1), ("VNĐ", 1), ("VND", 1), ("vnd", 1), ("đồng Việt Nam", 1), ("đồng VN", 1),
        ("Ðồng", 1), ("dong", 1), ("Viet Nam dong", 1), ("Vietnamese dong", 1),
        ("nghìn đồng", THOUSAND), ("ngàn đồng", THOUSAND), ("1.000 đồng", THOUSAND), ("1000 đồng", THOUSAND),
        ("1.000đ", THOUSAND), ("1 000 đồng", THOUSAND), ("1,000 đồng", THOUSAND), ("1.000 VNĐ", THOUSAND),
        ("1000đ", THOUSAND), ("10³ đồng", THOUSAND), ("10^3 đồng", THOUSAND), ("nghìn đ", THOUSAND), ("nghìn VNĐ", THOUSAND),
        ("k đồng", THOUSAND), ("thousand VND", THOUSAND), ("VND thousand", THOUSAND), ("'000 đồng", THOUSAND),
        ("NGHÌN ÐỒNG", THOUSAND), ("nghin dong", THOUSAND), ("Nghìn đồng (1.000 đ)", THOUSAND),
        ("triệu đồng", MILLION), ("Triệu đồng", MILLION), ("trđ", MILLION), ("Trđ", MILLION), ("tr.đ", MILLION),
        ("tr. đồng", MILLION), ("Tr.đồng", MILLION), ("trđồng", MILLION), ("tr đ", MILLION), ("triệu", MILLION),
        ("triệu VNĐ", MILLION), ("1.000.000 đồng", MILLION), ("10⁶ đồng", MILLION), ("10^6 đ", MILLION),
        ("million VND", MILLION), ("VND million", MILLION), ("mil. VND", MILLION), ("VND mn", MILLION), ("triệu đ", MILLION),
        ("triệu\u00a0đồng", MILLION), ("triệu  đồng", MILLION), ("tri\u1ec7u \u0111\u1ed3ng", MILLION),
        ("tỷ đồng", BILLION), ("tỉ đồng", BILLION), ("tỷ", BILLION), ("tỷ VNĐ", BILLION), ("billion VND", BILLION),
        ("VND bn", BILLION), ("1.000.000.000 đồng", BILLION), ("10⁹ đồng", BILLION), ("nghìn tỷ đồng", 10**12),
        ("ngàn tỷ đồng", 10**12), ("trăm triệu đồng", None), ("vạn đồng", None), ("người", None), ("cơ sở", None), ("%", None),
        ("lần", None), ("", None), ("USD", None), ("nghìn USD", None), ("triệu người", None), ("m", None), ("m2", None),
        ("hợp đồng", None), ("1.500 đồng", None), ("1.000", None), ("2.000 đồng", None), ("đề án", None),
    ],
)  # fmt: skip
def test_a_text_that_is_a_unit(text, factor):
    assert money_factor(text) == factor


@pytest.mark.parametrize(
    ("text", "factors"),
    [
        ("Đơn vị tính: triệu đồng", [MILLION]),
        ("ĐVT: nghìn đồng", [THOUSAND]),
        ("ĐVT · nghìn đồng", [THOUSAND]),
        ("(ĐVT: 1.000 đồng)", [THOUSAND]),
        ("Đvt - tr.đ", [MILLION]),
        ("ĐVT: Triệu đồng; người; cơ sở", [MILLION]),
        ("Đơn vị: triệu đồng", [MILLION]),
        ("Đơn vị tính là tỷ đồng", [BILLION]),
        ("Đ.V.T: đồng", [1]),
        ("Ð.V.T.: Ðồng", [1]),
        ("ĐVT (triệu đồng)", [MILLION]),
        ("ĐVT = 1.000đ", [THOUSAND]),
        ("Unit: VND million", [MILLION]),
        ("Unit: million VND", [MILLION]),
        ("Currency unit: thousand VND", [THOUSAND]),
        ("(triệu đồng)", [MILLION]),
        ("Triệu đồng", [MILLION]),
        ("[nghìn đồng]", [THOUSAND]),
        ("Số liệu trong biểu tính bằng nghìn đồng.", [THOUSAND]),
        ("Số tiền tính theo đơn vị triệu đồng, làm tròn một chữ số", [MILLION]),
        ("Ghi chú: các số tiền là nghìn đồng", [THOUSAND]),
        ("Amounts in VND million", [MILLION]),
        ("All amounts are in thousands of VND", [THOUSAND]),
        ("Kinh phí (triệu đồng)", [MILLION]),
        ("KINH PHÍ KHUYẾN CÔNG QUÝ I/2026 (ĐVT: NGHÌN ĐỒNG)", [THOUSAND]),
        ("Biểu tính bằng đồng Việt Nam", [1]),
        ("ĐVT: triệu đồng (1.000.000 đồng)", [MILLION]),
        ("Đơn vị tính: triệu đồng / nghìn đồng", [MILLION, THOUSAND]),
        # no unit: amounts, other words, offices
        ("Tổng kinh phí 1.500 triệu đồng", []),
        ("Hỗ trợ 300 triệu đồng cho 5 cơ sở", []),
        ("Mỗi đề án không quá ba trăm triệu đồng", []),
        ("Đơn vị báo cáo: Sở Công Thương tỉnh Lâm Đồng", []),
        ("Đơn vị: Trung tâm Khuyến công Đồng Nai", []),
        ("Hợp đồng đã ký", []),
        ("Hội đồng nghiệm thu", []),
        ("Quyết định 1000/QĐ-BCT ngày 01/02/2026", []),
        ("Lũy kế từ đầu năm, đồng thời so với cùng kỳ", []),
        ("Đồng Tháp", []),
        ("Năm 2026", []),
        ("Số tiền bằng chữ: năm trăm triệu đồng", []),
        ("x", []),
        ("", []),
    ],
)
def test_units_that_a_text_tells(text, factors):
    assert [unit.factor for unit in told_units(text)] == factors


@pytest.mark.parametrize("text", ["ĐVT: USD", "ĐVT: nghìn USD", "Đơn vị tính: chục triệu", "ĐVT: trăm triệu đồng", "Unit: EUR"])
def test_a_unit_that_is_not_known_is_told_as_such(text):
    (unit,) = told_units(text)
    assert unit.factor is None and unit.written


@pytest.mark.parametrize(
    ("header", "factor", "key"),
    [
        ("Đã giải ngân (đồng)", 1, "da giai ngan"),
        ("Kế hoạch năm (trđ)", MILLION, "ke hoach nam"),
        ("Kế hoạch năm [nghìn đồng]", THOUSAND, "ke hoach nam"),
        ("Kế hoạch năm, triệu đồng", MILLION, "ke hoach nam"),
        ("Kế hoạch năm - 1.000 đồng", THOUSAND, "ke hoach nam"),
        ("Kế hoạch năm (ĐVT: Tr.đ)", MILLION, "ke hoach nam"),
        ("Kế hoạch năm\ntriệu đồng", MILLION, "ke hoach nam"),
        ("Đã thực hiện (3)=(1)+(2)", None, "da thuc hien"),
        ("Đã ký hợp đồng", None, "da ky hop dong"),
        ("Số hợp đồng", None, "so hop dong"),
        ("Tỷ lệ giải ngân (%)", None, "ty le giai ngan"),
        ("Đơn vị tính", None, "don vi tinh"),
        ("Đơn vị thực hiện", None, "don vi thuc hien"),
    ],
)
def test_a_header_with_a_unit_is_the_header_without_it(header, factor, key):
    assert (header_money_factor(header), header_key(header)) == (factor, key)
