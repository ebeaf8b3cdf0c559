"""Invented reports in other words, of other provinces: what the reader finds must not depend on the published ones."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.readers.narrative import NarrativeContext, NotReadable, read_narrative

# Each text with lines "value unit qualifier | indicator measure fund unit_key start end"; "-" is nothing.
TEXTS = {
    "a half year with funds, outputs and side links": (
        """Đồng Tháp: Kết quả công tác khuyến công 6 tháng đầu năm 2023
Ngày 12/7/2023

6 tháng đầu năm 2023, Trung tâm Khuyến công và Tư vấn phát triển công nghiệp Đồng Tháp đã triển khai 18 đề án \
khuyến công, tổng kinh phí 4,35 tỷ đồng, trong đó: khuyến công quốc gia 3 đề án, kinh phí 1.200 triệu đồng; khuyến \
công địa phương 15 đề án, kinh phí 3.150 triệu đồng. Kinh phí đã giải ngân 1.870 triệu đồng, đạt 43% kế hoạch năm.

Cụ thể, tổ chức 02 lớp đào tạo nghề cho 70 lao động; hỗ trợ 9 cơ sở công nghiệp nông thôn đầu tư máy móc thiết bị; hỗ \
trợ 12 cơ sở tham gia 3 hội chợ trong nước với 25 gian hàng; hỗ trợ 02 phòng trưng bày. Ước cả năm 2023 thực hiện 4,2 \
tỷ đồng.

Điện thoại: 0277.3851.234. Email: kc@dongthap.gov.vn

Tin liên quan
Tập huấn công tác khuyến công cho 120 cán bộ - 01/06/2023
Hỗ trợ 200 triệu đồng cho cơ sở sản xuất bột - 20/05/2023
""",
        """
        18 đề án exact | KC-E01 ytd - dong-thap 2023-01 2023-06
        4350 triệu đồng exact | KC-E06 ytd - dong-thap 2023-01 2023-06
        3 đề án exact | KC-E01 ytd KCQG dong-thap 2023-01 2023-06
        1200 triệu đồng exact | KC-E06 ytd KCQG dong-thap 2023-01 2023-06
        15 đề án exact | KC-E01 ytd KCDP dong-thap 2023-01 2023-06
        3150 triệu đồng exact | KC-E06 ytd KCDP dong-thap 2023-01 2023-06
        1870 triệu đồng exact | KC-E05 ytd - dong-thap 2023-01 2023-06
        43 % exact | KC-R02 ratio - dong-thap 2023-01 2023-06
        2 lớp exact | KC-A1-02 ytd - dong-thap 2023-01 2023-06
        70 người exact | KC-A1-01 ytd - dong-thap 2023-01 2023-06
        9 cơ sở exact | KC-A3-04 ytd - dong-thap 2023-01 2023-06
        12 cơ sở (lượt) exact | KC-A4-05 ytd - dong-thap 2023-01 2023-06
        3 hội chợ exact | KC-A4-03 ytd - dong-thap 2023-01 2023-06
        25 gian hàng exact | KC-A4-04 ytd - dong-thap 2023-01 2023-06
        2 phòng exact | KC-A4-06 ytd - dong-thap 2023-01 2023-06
        4200 triệu đồng exact | KC-E06 ytd - dong-thap 2023-01 2023-12
        """,
    ),
    "whole đồng, a base in brackets, a span of years, a range": (
        "Quý I/2025, tỉnh Bắc Giang giải ngân được 1.250.000.000 đồng kinh phí khuyến công, bằng 12,5% dự toán giao "
        "(10 tỷ đồng). Từ năm 2021 đến năm 2024, toàn tỉnh có 87 đề án được hỗ trợ với tổng kinh phí 21.450 triệu "
        "đồng, gồm: 12 đề án khuyến công quốc gia với 7.200 triệu đồng và 75 đề án khuyến công địa phương với 14.250 "
        "triệu đồng. Vốn đối ứng của các cơ sở là 65 tỷ đồng. Giải quyết việc làm cho hơn 1.300 lao động.",
        """
        1250 triệu đồng exact | KC-E05 ytd - bac-giang 2025-01 2025-03
        12.5 % exact | KC-R02 ratio - bac-giang 2025-01 2025-03
        10000 triệu đồng exact | KC-P04 plan - bac-giang 2025-01 2025-12
        87 đề án exact | KC-E01 ytd - bac-giang 2021-01 2024-12
        21450 triệu đồng exact | KC-E06 ytd - bac-giang 2021-01 2024-12
        12 đề án exact | KC-E01 ytd KCQG bac-giang 2021-01 2024-12
        7200 triệu đồng exact | KC-E06 ytd KCQG bac-giang 2021-01 2024-12
        75 đề án exact | KC-E01 ytd KCDP bac-giang 2021-01 2024-12
        14250 triệu đồng exact | KC-E06 ytd KCDP bac-giang 2021-01 2024-12
        65000 triệu đồng exact | KC-F01 ytd counterpart bac-giang 2021-01 2024-12
        1300 người over | KC-O01 ytd - bac-giang 2021-01 2024-12
        """,
    ),
    "English, in brackets, with words of degree": (
        "Quang Tri, July 15 – In the first six months of 2024, Quang Tri Province carried out 14 industrial promotion "
        "projects worth 3.6 billion dong, including 4 national projects (1.9 billion dong) and 10 local projects (1.7 "
        "billion dong). The disbursed amount was estimated at 1.5 billion dong, equal to 41.7% of the yearly plan and "
        "up 8% over the same period of 2023. At least 250 workers were trained, about 15 rural industrial "
        "establishments received support for machinery, and up to 30 booths were supported at 2 trade fairs. A factory "
        "earned 1.2 million USD.",
        """
        14 đề án exact | KC-E01 ytd - quang-tri 2024-01 2024-06
        3600 triệu đồng exact | KC-E06 ytd - quang-tri 2024-01 2024-06
        4 đề án exact | KC-E01 ytd KCQG quang-tri 2024-01 2024-06
        1900 triệu đồng exact | KC-E06 ytd KCQG quang-tri 2024-01 2024-06
        10 đề án exact | KC-E01 ytd KCDP quang-tri 2024-01 2024-06
        1700 triệu đồng exact | KC-E06 ytd KCDP quang-tri 2024-01 2024-06
        1500 triệu đồng exact | KC-E05 ytd - quang-tri 2024-01 2024-06
        41.7 % exact | KC-R02 ratio - quang-tri 2024-01 2024-06
        8 % exact | KC-R04 ratio - quang-tri 2024-01 2024-06
        250 người at_least | KC-A1-01 ytd - quang-tri 2024-01 2024-06
        15 cơ sở approx | KC-A3-04 ytd - quang-tri 2024-01 2024-06
        30 gian hàng at_most | KC-A4-04 ytd - quang-tri 2024-01 2024-06
        2 hội chợ exact | KC-A4-03 ytd - quang-tri 2024-01 2024-06
        """,
    ),
    "English sums told with 'and'": (
        "In the first nine months of 2023, Can Tho City's Department of Industry and Trade implemented 22 industrial "
        "promotion projects with a total budget of VND6.4 billion, of which the national budget was VND2.1 billion and "
        "the local budget VND4.3 billion. Participating businesses contributed VND18.5 billion in counterpart capital. "
        "Two workshops attracted 130 delegates; nearly 180 workers received vocational training.",
        """
        22 đề án exact | KC-E01 ytd - can-tho 2023-01 2023-09
        6400 triệu đồng exact | KC-E06 ytd - can-tho 2023-01 2023-09
        2100 triệu đồng exact | KC-E06 ytd KCQG can-tho 2023-01 2023-09
        4300 triệu đồng exact | KC-E06 ytd KCDP can-tho 2023-01 2023-09
        18500 triệu đồng exact | KC-F01 ytd counterpart can-tho 2023-01 2023-09
        2 cuộc exact | KC-A2-02 ytd - can-tho 2023-01 2023-09
        130 lượt người exact | KC-A2-03 ytd - can-tho 2023-01 2023-09
        180 người under | KC-A1-01 ytd - can-tho 2023-01 2023-09
        """,
    ),
    "a plan told in head lines, with what is and is not shared out": (
        """# reporting unit: Phú Thọ
# period: năm 2019
# title: Phú Thọ: Hiệu quả từ công tác khuyến công

Kế hoạch kinh phí 2019 được giao 9.150 triệu đồng, trong đó đã phân bổ 8.300 triệu đồng, chưa phân bổ 850 triệu đồng. \
Đăng ký KCQG 02 đề án, 1.200 triệu đồng.
Đào tạo nghề 274 lớp, 8.220 lao động, trong đó 7.774 lao động có việc làm sau đào tạo.
""",
        """
        9150 triệu đồng exact | KC-P04 plan - phu-tho 2019-01 2019-12
        8300 triệu đồng exact | KC-P05a plan - phu-tho 2019-01 2019-12
        850 triệu đồng exact | KC-P05u plan - phu-tho 2019-01 2019-12
        2 đề án exact | KC-P10n plan KCQG phu-tho 2019-01 2019-12
        1200 triệu đồng exact | KC-P10v plan KCQG phu-tho 2019-01 2019-12
        274 lớp exact | KC-A1-02 ytd - phu-tho 2019-01 2019-12
        8220 người exact | KC-A1-01 ytd - phu-tho 2019-01 2019-12
        7774 người exact | KC-A1-03 ytd - phu-tho 2019-01 2019-12
        """,
    ),
    "stages of money, clusters, collaborators and next year's plan": (
        "Năm 2024, tổng kinh phí thực hiện hoạt động khuyến công trên địa bàn tỉnh Sơn La là 7.850 triệu đồng (KCQG "
        "2.300 triệu đồng; KCĐP 5.550 triệu đồng). Hỗ trợ 01 cụm công nghiệp lập quy hoạch chi tiết; hỗ trợ đầu tư hạ "
        "tầng 02 cụm công nghiệp. Mạng lưới 120 cộng tác viên khuyến công cấp xã. Đến 31/12/2024 đã giải ngân 7,7 tỷ "
        "đồng, thanh quyết toán 7,5 tỷ đồng, nộp trả ngân sách 50 triệu đồng.\n"
        "Kế hoạch năm 2025: tổng kinh phí khoảng 8,5 tỷ đồng (KCQG 3 tỷ đồng, ngân sách tỉnh 5,5 tỷ đồng).",
        """
        7850 triệu đồng exact | KC-E06 ytd - son-la 2024-01 2024-12
        2300 triệu đồng exact | KC-E06 ytd KCQG son-la 2024-01 2024-12
        5550 triệu đồng exact | KC-E06 ytd KCDP son-la 2024-01 2024-12
        1 CCN exact | KC-A7-02 ytd - son-la 2024-01 2024-12
        2 CCN exact | KC-A7-03 ytd - son-la 2024-01 2024-12
        120 người exact | KC-A9-02 stock - son-la 2024-01 2024-12
        7700 triệu đồng exact | KC-E05 ytd - son-la 2024-01 2024-12
        7500 triệu đồng exact | KC-E07 ytd - son-la 2024-01 2024-12
        50 triệu đồng exact | KC-E08 ytd - son-la 2024-01 2024-12
        8500 triệu đồng approx | KC-P04 plan - son-la 2025-01 2025-12
        3000 triệu đồng exact | KC-P01 plan KCQG son-la 2025-01 2025-12
        5500 triệu đồng exact | KC-P02 plan KCDP-T son-la 2025-01 2025-12
        """,
    ),
    "a region, and provinces named right before their numbers": (
        "Hội nghị khuyến công khu vực phía Nam lần thứ XII\n\nTính đến hết tháng 8 năm 2024, tổng kinh phí khuyến công "
        "được phê duyệt là 97,6 tỷ đồng, trong đó: kinh phí khuyến công quốc gia là 31,1 tỷ đồng, kinh phí khuyến công "
        "địa phương là 66,5 tỷ đồng. Giá trị thực hiện ước đạt 48,9 tỷ đồng, đạt 50,1% kế hoạch năm. Bình Dương 9,2 tỷ "
        "đồng, Đồng Nai 8,4 tỷ đồng.",
        """
        97600 triệu đồng exact | KC-P04 plan - phia-nam 2024-01 2024-12
        31100 triệu đồng exact | KC-P01 plan KCQG phia-nam 2024-01 2024-12
        66500 triệu đồng exact | KC-P02 plan KCDP phia-nam 2024-01 2024-12
        48900 triệu đồng exact | KC-E06 ytd - phia-nam 2024-01 2024-08
        50.1 % exact | KC-R01 ratio - phia-nam 2024-01 2024-08
        9200 triệu đồng exact | KC-E06 ytd - binh-duong 2024-01 2024-08
        8400 triệu đồng exact | KC-E06 ytd - dong-nai 2024-01 2024-08
        """,
    ),
    "a centre's own consulting is no khuyến công money": (
        "Kết quả 9 tháng năm 2021 của Trung tâm Khuyến công tỉnh Hà Nam\n\nVề tư vấn phát triển công nghiệp, Trung tâm "
        "đã ký 14 hợp đồng tư vấn với giá trị hợp đồng 820 triệu đồng, bằng 68% kế hoạch. Thu sự nghiệp đạt 640 triệu "
        "đồng. Phấn đấu cả năm thu sự nghiệp không dưới 900 triệu đồng.",
        """
        14 hợp đồng exact | KC-A5-02n ytd own ha-nam 2021-01 2021-09
        820 triệu đồng exact | KC-A5-02v ytd own ha-nam 2021-01 2021-09
        68 % exact | KC-R01 ratio own ha-nam 2021-01 2021-09
        640 triệu đồng exact | KC-A5-03 ytd own ha-nam 2021-01 2021-09
        900 triệu đồng at_least | KC-A5-03 target own ha-nam 2021-01 2021-12
        """,
    ),
    "assigned and signed in one breath, after the mergers": (
        "Đến hết tháng 9 năm 2025, tỉnh Lâm Đồng đã ký hợp đồng 31/44 đề án khuyến công địa phương, nghiệm thu 12 đề án. "
        "Bình chọn 45 sản phẩm tiêu biểu cấp tỉnh; tổ chức 3 đoàn tham quan cho 48 người.",
        """
        31 đề án exact | KC-E01 ytd KCDP lam-dong-2025 2025-01 2025-09
        44 đề án exact | KC-P07 plan KCDP lam-dong-2025 2025-01 2025-12
        12 đề án exact | KC-E03 ytd KCDP lam-dong-2025 2025-01 2025-09
        45 sản phẩm exact | KC-A4-01t ytd KCDP lam-dong-2025 2025-01 2025-09
        3 đoàn exact | KC-A2-04g ytd KCDP lam-dong-2025 2025-01 2025-09
        48 người exact | KC-A2-04n ytd KCDP lam-dong-2025 2025-01 2025-09
        """,
    ),
}


def keys(text: str | bytes, name: str = "report.txt") -> list[str]:
    """The figures of a text in the notation of TEXTS."""
    data = text.encode() if isinstance(text, str) else text
    lines = []
    for row in (m.as_row() for m in read_narrative(data, name).figures):
        value = row["value"].normalize() if row["value"] is not None else "?"
        key = (row[k] or "-" for k in ("indicator_code", "measure", "fund", "unit_key", "period_start", "period_end"))
        lines.append(f"{value:f} {row['unit']} {row['qualifier']} | {' '.join(key)}")
    return lines


@pytest.mark.parametrize("title", TEXTS)
def test_invented_texts(title):
    text, wanted = TEXTS[title]
    wanted_lines = [line.strip() for line in wanted.strip().splitlines()]
    assert keys(text) == wanted_lines


def test_decomposed_text_utf16_and_html_read_the_same():
    text, _ = TEXTS["whole đồng, a base in brackets, a span of years, a range"]
    plain = keys(text)
    assert keys(unicodedata.normalize("NFD", text)) == plain
    assert keys(text.encode("utf-16")) == plain
    page = (
        "<html><head><style>p{width:100%}</style></head><body><nav>Tin 24 giờ, 12 bài viết</nav><article>"
        f"<p>{text}</p></article><aside>5 đề án</aside><script>var a = 7;</script></body></html>"
    )
    assert keys(page, "report.html") == plain


def test_what_is_no_quantity_is_told_with_its_reason():
    text = "Theo Quyết định số 512/QĐ-UBND ngày 03/02/2022, Điều 5 khoản 2, đợt 3, lúc 08:30, gọi 0912.345.678."
    result = read_narrative(text.encode(), "a.txt")
    assert result.mentions == []
    assert {s.reason for s in result.skipped} >= {"legal number", "date", "clause", "ordinal", "time"}


def test_ambiguous_money_keeps_both_readings():
    result = read_narrative(b"In 2023 the province of Lao Cai disbursed 12,345 billion VND for its projects.", "a.txt")
    figure = result.figures[0].as_row()
    assert figure["value"] is None
    assert set(figure["alternatives"]) == {Decimal(12345000), Decimal("12345.000")}


def test_a_range_has_ends_and_no_value():
    text = "Năm 2022, tỉnh Yên Bái dự kiến bố trí từ 1,5 đến 2 tỷ đồng khuyến công địa phương."
    figure = read_narrative(text.encode(), "a.txt").figures[0].as_row()
    assert (figure["value"], figure["low"], figure["high"]) == (None, Decimal(1500), Decimal(2000))


@pytest.mark.parametrize("pair", ["31/44", "31 / 44", "31 trên tổng số 44", "31 trong số 44"])
def test_two_numbers_in_one_breath_are_two(pair):
    text = f"Năm 2022, tỉnh Hà Nam đã ký hợp đồng {pair} đề án khuyến công quốc gia."
    found = [(m.value, m.indicator_code, m.measure) for m in read_narrative(text.encode(), "a.txt").figures]
    assert found == [(31, "KC-E01", "ytd"), (44, "KC-P06", "plan")]


def test_estimates_are_marked():
    text = "Năm 2022, tỉnh Yên Bái ước giải ngân 3 tỷ đồng; đã nghiệm thu 4 đề án khuyến công."
    rows = [m.as_row() for m in read_narrative(text.encode(), "a.txt").figures]
    assert [r["is_estimated"] for r in rows] == [True, False]


def test_a_name_is_the_unit_of_its_time():
    def unit(year: int) -> str | None:
        text = f"Năm {year}, tỉnh Gia Lai hỗ trợ 5 cơ sở công nghiệp nông thôn ứng dụng máy móc."
        return read_narrative(text.encode(), "a.txt").figures[0].unit_key

    assert unit(2024) == "gia-lai"
    assert unit(2026) == "gia-lai-2025"


def test_the_claimed_unit_is_used_where_the_text_names_none():
    text = "Năm 2022 đã hỗ trợ 5 cơ sở công nghiệp nông thôn ứng dụng máy móc thiết bị tiên tiến."
    result = read_narrative(text.encode(), "a.txt", NarrativeContext(unit_key="ca-mau"))
    assert result.figures[0].unit_key == "ca-mau"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"   \n \n", "empty"),
        ("今年前九个月工商部向南部地区拨款580亿越盾用于劝工活动。".encode(), "language"),
        ("今年は産業振興に1040億ドンを支出した。".encode(), "language"),
        ("В этом году провинция поддержала 12 предприятий сельской промышленности.".encode(), "language"),
        ("Selon le Service, la province a réalisé 43 projets d'équipements, un budget de 37 milliards.".encode(), "language"),
        (bytes(range(128, 256)) * 4, "encoding"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why_in_both_languages(data, code):
    with pytest.raises(NotReadable) as refused:
        read_narrative(data, "a.txt")
    assert refused.value.code == code
    assert refused.value.vi
    assert refused.value.en


def relations(text: str) -> list[tuple[str, str, bool]]:
    return [(r.kind, r.closeness, r.is_complete) for r in read_narrative(text.encode(), "a.txt").relations]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Năm 2022, tỉnh Hà Nam thực hiện 9 đề án, bao gồm: 4 đề án máy móc, 3 đề án tập huấn và 2 đề án hội chợ.",
         [("sum", "exact", True)]),
        ("Năm 2022, tỉnh Hà Nam thực hiện 9 đề án, bao gồm: 4 đề án máy móc, 3 đề án tập huấn và 3 đề án hội chợ.",
         [("sum", "hard", True)]),
        ("Năm 2022, tỉnh Hà Nam thực hiện 9 đề án, trong đó: 4 đề án máy móc và 3 đề án tập huấn.",
         [("sum", "exact", False)]),
        ("Năm 2022, tỉnh Hà Nam chi 5,2 tỷ đồng, gồm: 2,1 tỷ đồng máy móc và 3,0 tỷ đồng hạ tầng.",
         [("sum", "rounding", True)]),
        ("Năm 2022, tỉnh Hà Nam chi gần 6 tỷ đồng, gồm: 2,1 tỷ đồng máy móc và 3,2 tỷ đồng hạ tầng.",
         [("sum", "soft", True)]),
        ("Năm 2022, tỉnh Hà Nam có 4 nhóm đề án như: máy móc; hội chợ; tập huấn; tư vấn; tuyên truyền.",
         [("items", "soft", False)]),
        ("Năm 2022, tỉnh Hà Nam có 4 nội dung: (1) máy móc; (2) hội chợ; (3) tập huấn.",
         [("items", "hard", True)]),
        ("Năm 2022, tỉnh Hà Nam giải ngân 4,5 tỷ đồng, đạt 90% kế hoạch (5 tỷ đồng).",
         [("ratio", "exact", True)]),
        ("Năm 2022, tỉnh Hà Nam giải ngân 4,5 tỷ đồng, đạt 80% so với kế hoạch (5,0 tỷ đồng).",
         [("ratio", "hard", True)]),
        ("Năm 2022, tỉnh Hà Nam giải ngân 4,5 tỷ đồng, đạt 80% kế hoạch.",
         [("ratio", "undecided", True)]),
        ("Năm 2022, kế hoạch của tỉnh Hà Nam 4,0 tỷ đồng, giảm 20% so với kế hoạch năm 2021 (5,0 tỷ đồng).",
         [("growth", "exact", True)]),
        ("Năm 2022, kế hoạch của tỉnh Hà Nam 4,0 tỷ đồng, tăng 20% so với kế hoạch năm 2021 (5,0 tỷ đồng).",
         [("growth", "hard", True)]),
    ],
)  # fmt: skip
def test_relations_are_found_and_judged(text, wanted):
    assert relations(text) == wanted


def test_a_total_under_the_name_of_a_part_is_a_wrong_label():
    text = (
        "Năm 2020, tỉnh Hà Nam thực hiện tổng kinh phí 24,235 tỷ đồng, gồm: khuyến công quốc gia 9,1 tỷ đồng, "
        "khuyến công địa phương 24,235 tỷ đồng."
    )
    (hard,) = [r for r in read_narrative(text.encode(), "a.txt").relations if r.closeness == "hard"]
    assert "«24,235 tỷ đồng» trùng đúng số tổng: nghi ghi nhầm nhãn" in hard.explanation_vi
    assert "probably the wrong label" in hard.explanation_en


def test_a_wrong_denominator_is_named():
    text = (
        "Năm 2022, tỉnh Hà Nam có kế hoạch 10,0 tỷ đồng; kế hoạch khuyến công quốc gia 4,0 tỷ đồng. Khuyến công quốc "
        "gia đã giải ngân 3,0 tỷ đồng, đạt 30% kế hoạch."
    )
    hard = [r for r in read_narrative(text.encode(), "a.txt").relations if r.closeness == "hard"]
    assert len(hard) == 1
    assert "mẫu số" in hard[0].explanation_vi
    assert "denominator" in hard[0].explanation_en


def test_a_share_of_a_number_longer_than_any_budget_is_told():
    text = f"Năm 2023, tỉnh Lào Cai giải ngân 4{'0' * 39} triệu đồng, đạt 50% kế hoạch."
    (relation,) = read_narrative(text.encode(), "a.txt").relations
    assert relation.closeness == "undecided" and f"8{'0' * 39}.0 triệu" in relation.explanation_en


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789.,%/()-:; \n ađượcgiaotỷtriệungườiđềánnămtháng6VND", max_size=120))
def test_no_text_breaks_the_reader(text):
    try:
        result = read_narrative(text.encode(), "a.txt")
    except NotReadable:
        return
    for mention in result.mentions:
        span = mention.quantity.span
        assert result.document.text[span.start : span.end] == mention.quantity.written
        assert mention.line >= 1
