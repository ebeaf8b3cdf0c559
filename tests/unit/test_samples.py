"""The sample nation: the same bytes every time, sums that hold, and errors that are where the truth says they are."""

from __future__ import annotations

import ast
import csv
import re
import unicodedata
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook

from samples import projects
from samples.delimited import encoded
from samples.nation import all_documents, open_desk, write_nation
from samples.published import published_documents, write_published
from samples.scenario import SCENARIO, month_end, shares

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared"
SEED = 20250701
DECISIONS = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
BILLION = 10**9


@pytest.fixture(scope="module")
def desk():
    return open_desk(SEED)


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    """The whole nation with its planted errors, written once."""
    folder = tmp_path_factory.mktemp("nation")
    return folder, write_nation(folder, seed=SEED)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name[0] != "."}


def cell(workbook: CalamineWorkbook, sheet: str, address: str):
    """The value of one cell, by the address that a person would look up."""
    letters, number = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    grid = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return grid[int(number) - 1][column - 1]


def as_written(value) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


# Bytes and stamps


def test_same_arguments_give_the_same_bytes(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        write_nation(folder, seed=5, until=date(2025, 3, 31))
    assert files(one) == files(two)
    assert len(files(one)) > 150


def test_a_second_writing_does_nothing_and_another_seed_replaces_all(tmp_path):
    first = write_nation(tmp_path, seed=5, until=date(2025, 3, 31), forms={"tien-do"})
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.xlsx")}
    again = write_nation(tmp_path, seed=5, until=date(2025, 3, 31), forms={"tien-do"})
    assert first.is_new and not again.is_new
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.xlsx")} == before
    assert (again.n_files, again.as_of, again.period) == (first.n_files, first.as_of, first.period)
    other = write_nation(tmp_path, seed=6, until=date(2025, 3, 31), forms={"kinh-phi"})
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.xlsx")}
    assert other.is_new and left == {row["path"] for row in rows(tmp_path / "manifest.csv")}


def test_choices_keep_only_what_was_asked_for(tmp_path):
    summary = write_nation(tmp_path, seed=5, until=date(2025, 6, 30), forms={"giao-ke-hoach", "thu-huong"}, clean=True)
    assert set(summary.by_form) == {"giao-ke-hoach", "thu-huong"} and not summary.planted
    assert not rows(tmp_path / "truth" / "errors.csv")
    assert {row["report_period_end"] for row in rows(tmp_path / "truth" / "figures.csv")} == {
        "2025-01-31", "2025-06-30",
    }  # fmt: skip


def test_whole_years_are_written_by_the_longer_scenario(tmp_path):
    summary = write_nation(tmp_path, seed=5, forms={"giao-ke-hoach", "doi-chieu"}, clean=True, years=(2024, 2025))
    ends = {row["report_period_end"] for row in rows(tmp_path / "truth" / "figures.csv")}
    assert ends == {"2024-01-31", "2024-06-30", "2025-01-31", "2025-06-30"}
    assert summary.period == "2025-01..2025-12" and summary.as_of.date() == date(2026, 1, 29)
    merged = {row["path"].split("/")[0] for row in rows(tmp_path / "manifest.csv")}
    assert {"long-an", "tay-ninh-2025"} <= merged
    with pytest.raises(ValueError, match="from 2024 to 2026"):
        write_nation(tmp_path, seed=5, years=(2023, 2025))


def test_the_year_before_of_a_merged_unit_is_that_of_its_predecessors():
    nation = open_desk(SEED, (2024, 2026)).nation
    end, before = date(2025, 9, 30), date(2024, 9, 30)
    for unit, of_closed in (("phu-tho-2025", None), ("tay-ninh-2025", date(2024, 6, 30))):
        found = nation.figures_a_year_before(unit, end)
        leaves = nation.coverage(unit, end).leaves
        assert len(leaves) > 1 and len(found) > 50
        for key, value in found.items():
            years = [nation.years[leaf, 2024] for leaf in leaves]
            whole = sum(nation.leaf_figures(year, before).get(key, 0) for year in years)
            closed = sum(nation.leaf_figures(year, of_closed).get(key, 0) for year in years) if of_closed else 0
            assert value == whole - closed, (unit, key)


def test_code_names_no_unit_no_indicator_no_year(desk):
    units = {key for key in desk.nation.register.units if "-" in key and key != "trung-uong"}
    for path in (PROJECT / "samples").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bKC-[A-Z]\d|\b20[12]\d\b", text), path.name
        assert not [key for key in units if f'"{key}"' in text], path.name


def test_errors_know_nothing_of_rules():
    for path in (PROJECT / "samples").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None) or ""]
            assert not [name for name in names if name.startswith(("expectations", "khuyencong"))], path.name


# The model


def test_shares_add_to_the_total():
    assert shares(100, [1, 1, 1]) == [34, 33, 33]
    assert sum(shares(1_000_003, [0.3, 2.2, 1.1], 100)) == 1_000_003
    assert max(shares(190, [1.0] * 63)) - min(shares(190, [1.0] * 63)) <= 1


@pytest.mark.parametrize("year", [way["year"] for way in DECISIONS["years"]])
def test_plans_of_a_year(desk, year):
    """About 290 tỷ đồng a year, KCQG 35–40 % of it, local money larger; 211 to 232 projects."""
    nation = desk.nation
    those = [p for p in nation.projects if p.year == year]
    national = sum(projects.plan_on(project, date(year, 12, 31)) for project in those)
    local = sum(line.plan for (_, of), each in nation.years.items() if of == year for line in each.lines)
    assert 285 * BILLION <= national + local <= 295 * BILLION
    assert 0.35 <= national / (national + local) <= 0.40
    assert 211 <= len(those) <= 232
    assert len({p.code for p in those}) == len(those)
    assert all(re.fullmatch(rf"KCQG-{year}-\d{{4}}", project.code) for project in those)


def test_stages_keep_their_order_and_never_fall(desk):
    for project in desk.nation.projects:
        before = dict.fromkeys(projects.STAGES, 0)
        for month in range(1, 13):
            now = projects.amounts(project, month)
            plan = projects.plan_on(project, month_end(project.year, month))
            assert plan >= now["contracted"] >= max(now["advanced"], now["implemented"])
            assert min(now["advanced"], now["implemented"]) >= now["disbursed"] >= now["settled"]
            assert all(now[stage] >= before[stage] for stage in projects.STAGES), project.code
            before = now


def test_reports_of_every_unit_hold_together(desk):
    """Within plan, stages in order, nothing negative, allocated + unallocated = plan, counts within counts."""
    nation, register = desk.nation, desk.nation.register
    stage, codes = register.stage_indicators, DECISIONS["local_projects"]
    for period_end in nation.scenario.periods("kinh-phi"):
        for unit in register.units_on(period_end, ("province",)):
            figures = nation.figures(unit, period_end)
            assert min(figures.values()) >= 0, (unit, period_end)
            for fund, activity in {(k[0], k[1]) for k in figures if k[1] and k[0] in register.plan_indicators}:
                plan = figures.get((fund, activity, register.plan_indicators[fund], "plan"), 0)
                names = ("contracted", "implemented", "disbursed", "settled")
                chain = [plan, *(figures.get((fund, activity, stage[name], "ytd"), 0) for name in names)]
                assert chain == sorted(chain, reverse=True), (unit, period_end, fund, activity)
            for fund in {k[0] for k in figures if k[2] == codes["allocated"]}:
                plan = sum(v for k, v in figures.items() if k[0] == fund and k[2] == register.plan_indicators[fund])
                parts = [figures[fund, "", codes[name], "plan"] for name in ("allocated", "unallocated")]
                assert sum(parts) == plan, (unit, period_end, fund)
                counts = [figures[fund, "", codes[name], m] for name, m in (("approved", "plan"), ("contracted", "ytd"))]
                assert counts[0] >= counts[1] >= figures[fund, "", codes["accepted"], "ytd"]


def test_activities_not_yet_in_force_have_no_money(desk):
    nation, late = desk.nation, DECISIONS["local_late"]["activity"]
    for period_end in nation.scenario.periods("kinh-phi"):
        in_force = late in nation.register.activities_on(period_end)
        units = nation.register.units_on(period_end, ("province",))
        spent = sum(v for unit in units for k, v in nation.figures(unit, period_end).items() if k[1] == late)
        assert (spent > 0) == in_force, period_end
    assert all(p.year > 2025 for p in nation.projects if p.activity == late)


def test_successors_include_or_continue_their_predecessors(desk):
    nation, register = desk.nation, desk.nation.register
    june, december = date(2025, 6, 30), date(2025, 12, 31)
    kinds = Counter()
    for unit in register.units_on(december, ("province",)):
        merged = register.merged_in(unit, 2025)
        if merged is None:
            continue
        covered = nation.coverage(unit, december)
        now = nation.figures(unit, december)
        before: Counter = Counter()
        for leaf in merged[1]:
            for key, value in nation.figures(leaf, june).items():
                if key[3] == "ytd" and isinstance(value, int):
                    before[key] += value
        if unit in DECISIONS["since"]:
            assert covered.period_start == merged[0]
            whole: Counter = Counter()
            for leaf in merged[1]:
                for key, value in nation.leaf_figures(nation.years[leaf, 2025], december).items():
                    if key[3] == "ytd":
                        whole[key] += value
            assert all(before[key] + now[key] == value for key, value in whole.items())
        else:
            assert covered.period_start == date(2025, 1, 1)
            assert all(now.get(key, 0) >= value for key, value in before.items()), unit
        kinds[unit in DECISIONS["since"]] += 1
    assert kinds[True] >= 3 and kinds[False] > kinds[True]


def test_persons_and_establishments_are_obviously_invented(desk):
    numbers = set()
    for year in desk.nation.years.values():
        for each in year.establishments:
            assert re.fullmatch(r"Cơ sở mẫu \d{4,}", each.name) and each.tax_code.startswith("99")
            numbers.add(each.tax_code)
            assert each.support <= DECISIONS["beneficiaries"][each.activity]["most"] * 10**6
    assert len(numbers) == sum(len(year.establishments) for year in desk.nation.years.values()) > 1000


def test_calendar_is_met_by_the_clean_nation(desk):
    """Every clean report arrives by the day that the register's calendar asks for."""
    calendar = desk.nation.register.rows["calendar"]
    n = 0
    for document in all_documents(desk):
        for row in calendar:
            end = document.period_end
            last = date.fromisoformat(row["last_period_end"]) if row["last_period_end"] else date.max
            if row["form_code"] != document.form.form_code or not date.fromisoformat(row["first_period_end"]) <= end <= last:
                continue
            months = end.month - 1 + int(row["due_month_offset"])
            due = date(end.year + months // 12, months % 12 + 1, int(row["due_day"]))
            assert document.received_at.date() <= due, document.path
            n += 1
    assert n > 800


def test_letters_of_cp1258_come_back():
    text = "Bảng kê thanh toán của Kho bạc Nhà nước, Quảng Ngãi, Đắk Lắk, Thừa Thiên – Huế, ƯỚC, ằ ẵ ợ ữ ỵ Ỹ"
    assert unicodedata.normalize("NFC", encoded(text, "cp1258").decode("cp1258")) == text


# The files


def test_sums_printed_are_sums_of_the_truth(nation):
    """The total line of every clean money report, times its unit, is the sum of the true figures to half a printed unit a term."""
    folder, _ = nation
    wrong = {row["path"] for row in rows(folder / "truth" / "errors.csv")}
    truth: dict[tuple[str, str], int] = {}
    for row in rows(folder / "truth" / "figures.csv"):
        if row["form_code"] == "kinh-phi" and row["indicator_code"] == "KC-E05" and row["fund_code"] == "KCDP-T":
            key = (row["unit_key"], row["report_period_end"])
            truth[key] = truth.get(key, 0) + int(row["value"])
    checked = 0
    for (unit, end), value in truth.items():
        path = f"{unit}/kinh-phi-{end[:7]}.xlsx"
        if path in wrong or not (folder / path).exists():
            continue
        grid = CalamineWorkbook.from_path(folder / path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        header = next(i for i, line in enumerate(grid) if "Nội dung hoạt động" in line)
        column = grid[header].index("Khuyến công địa phương cấp tỉnh") + grid[header + 1][9:].index("Đã giải ngân")
        assert grid[header + 1][column] == "Đã giải ngân"
        factor = next(10**6 if "triệu đồng" in line else 1 for line in grid if "Đơn vị tính" in line)
        total = next((line[column] for line in grid if "Tổng cộng" in line), None)
        if isinstance(total, float):
            assert abs(Decimal(str(total)) * factor - value) <= (factor // 20 or 0), path
            checked += 1
    assert checked > 150


def test_every_file_is_in_the_manifest_and_dated(nation):
    folder, summary = nation
    listed = {row["path"]: datetime.fromisoformat(row["received_at"]) for row in rows(folder / "manifest.csv")}
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*.*") if p.suffix in (".xlsx", ".csv")}
    assert set(listed) == {path for path in found if path != "manifest.csv" and not path.startswith("truth/")}
    assert all(at.utcoffset() == timedelta(hours=7) and at <= summary.as_of for at in listed.values())
    assert summary.n_files == len(listed) and 850 <= len(listed) <= 950


def test_every_planted_cell_differs_from_the_truth_and_stands_in_its_file(nation):
    folder, _ = nation
    books: dict[str, CalamineWorkbook] = {}
    cells = 0
    for row in rows(folder / "truth" / "errors.csv"):
        assert row["expected"] in ("flag", "return", "status")
        if not row["cell"]:
            continue
        assert row["true_written"] != row["planted_written"], row
        book = books.setdefault(row["path"], CalamineWorkbook.from_path(folder / row["path"]))
        assert as_written(cell(book, row["sheet"], row["cell"])) == (row["planted_written"] or ""), row
        cells += 1
    assert cells > 100


def test_kinds_of_errors_are_planted_as_the_scenario_asks(nation):
    folder, summary = nation
    assert summary.planted == DECISIONS["planted"]
    assert all(2 <= n <= 4 for n in summary.planted.values())
    errors = rows(folder / "truth" / "errors.csv")
    assert len({row["path"] for row in errors}) <= 0.1 * summary.n_files
    assert len({row["form_code"] for row in errors}) >= 5 and len({row["period_end"] for row in errors}) >= 5


def test_errors_of_files_are_there(nation, desk):
    folder, _ = nation
    errors: dict[str, list[dict[str, str]]] = {}
    for row in rows(folder / "truth" / "errors.csv"):
        errors.setdefault(row["kind"], []).append(row)
    for row in errors["missing"] + errors["missing_tien_do"]:
        assert not (folder / row["path"]).exists()
    for row in errors["sent_twice"]:
        assert (folder / row["true_written"]).read_bytes() == (folder / row["planted_written"]).read_bytes()
    for row in errors["a_b_a"]:
        one, two, three = (folder / row["path"].replace("-v2", part) for part in ("", "-v2", "-v3"))
        assert one.read_bytes() == three.read_bytes() != two.read_bytes()
    for row in errors["worse_revision"]:
        assert (folder / row["path"]).exists() and (folder / row["path"].replace("-v2", "")).exists()
    for row in errors["revision"]:
        assert (folder / row["path"].replace(".xlsx", "-v2.xlsx")).exists()
    for row in errors["wrong_folder"]:
        assert row["path"].split("/")[0] != row["unit_key"]
    for row in errors["vanished_project"] + errors["missing_in_treasury"]:
        assert row["true_written"] in {p.code for p in desk.nation.projects}
        if row["path"].endswith(".xlsx"):
            grid = CalamineWorkbook.from_path(folder / row["path"]).get_sheet_by_index(0).to_python()
            assert row["true_written"] not in {value for line in grid for value in line}
    for row in errors["project_two_units"]:
        grid = CalamineWorkbook.from_path(folder / row["path"]).get_sheet_by_index(0).to_python()
        assert row["planted_written"] in {value for line in grid for value in line}
    for row in errors["late"]:
        delay = datetime.fromisoformat(row["planted_written"]) - datetime.fromisoformat(row["true_written"])
        assert delay >= timedelta(days=18)


# Published figures


def test_published_figures_stand_in_their_cells(tmp_path):
    summary = write_published(tmp_path)
    assert summary.n_units >= 8 and summary.n_files == len(rows(tmp_path / "manifest.csv"))
    facts = rows(PROJECT / "samples" / "published" / "figures.csv")
    placed = [
        value
        for document in published_documents()
        for (_, _, column), value in document.cells()
        if column not in ("position", "activity", "indicator", "indicator_code", "unit_of_measure")
    ]
    assert sorted(map(str, placed)) == sorted(as_written(float(row["value"])) for row in facts)
    sources = {row["document"]: row["source_address"] for row in rows(PROJECT / "samples" / "published" / "documents.csv")}
    assert {row["document"] for row in facts} == set(sources) and all(sources.values())


def test_published_values_are_the_digits_as_published():
    for row in rows(PROJECT / "samples" / "published" / "figures.csv"):
        digits = re.match(r"[\d.,]+", row["as_published"])
        if digits:
            assert Decimal(digits[0].replace(".", "").replace(",", ".")) == Decimal(row["value"]), row
        else:
            assert row["as_published"] == "five classes" and row["value"] == "5"


def test_published_values_stand_in_their_sources():
    if not SHARED.is_dir():
        pytest.skip("../shared, the folder with the published reports, is not here")
    texts = {f"../shared/{p.parent.name}/{p.name}": p.read_text(encoding="utf-8") for p in SHARED.glob("*/*.txt")}
    by_address = {
        line.removeprefix("# address: ").strip(): text
        for text in texts.values()
        for line in text.splitlines()[:1]
        if line.startswith("# address: ")
    }
    sources = {row["document"]: row["source_address"] for row in rows(PROJECT / "samples" / "published" / "documents.csv")}
    for row in rows(PROJECT / "samples" / "published" / "figures.csv"):
        address = sources[row["document"]]
        text = texts.get(address) or by_address[address]
        number = row["as_published"].split()[0].rstrip("%")
        assert re.search(rf"(?<!\d){re.escape(number)}(?!\d)", text), row
