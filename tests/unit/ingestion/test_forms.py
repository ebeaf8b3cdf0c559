"""Form YAML is checked when it is loaded, and every fault is named."""

import shutil
from pathlib import Path

import pytest
import yaml

from ingestion.findings import catalogue, find, shortened
from ingestion.forms import FormError, load_forms
from ingestion.register import load_register
from warehouse.settings import PROJECT

FOLDER, REGISTER = PROJECT / "ingestion" / "forms", PROJECT / "dbt_project" / "register"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(FOLDER / "_header.yml", tmp_path)
    shutil.copy(FOLDER / "kinh-phi.yml", tmp_path)
    return tmp_path


def test_the_forms_of_the_project_load_and_agree_with_the_register():
    forms, register = load_forms(FOLDER, REGISTER), load_register(REGISTER)
    columns = [c for form in forms.values() for sheet in form.sheets for c in sheet.columns]
    named = {c.indicator or c.counts_as for c in columns} - {None}
    assert named <= set(register.indicators)
    assert {c.fund for c in columns} - {None} <= set(register.funds)
    assert {state for c in columns for state in c.counts_when} <= set(register.states.values())
    sources = {(form, sheet) for _, _, form, sheet in register.sources}
    assert sources <= {(form.form_code, sheet.sheet_code) for form in forms.values() for sheet in form.sheets}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.update(colour="red"), "unknown key 'colour'"),
        (lambda f: f.pop("period_months"), "the key 'period_months' is missing"),
        (lambda f: f.update(money_unit="đấu"), "no unit of money"),
        (lambda f: f.update(form_code="kinh-phí"), "must be the file's name"),
        (lambda f: f["sheets"][0].update(line_key=["nothing"]), "line_key is 'nothing'"),
        (lambda f: f["sheets"][0]["columns"][2].update(type="figure"), "column kcqg_plan: type is 'figure'"),
        (lambda f: f["sheets"][0]["columns"][2].pop("blank"), "column kcqg_plan: the key 'blank' is missing"),
        (lambda f: f["sheets"][0]["columns"].append(f["sheets"][0]["columns"][0]), "stands twice"),
    ],
)
def test_a_faulty_form_is_refused_with_its_place(folder, change, message):
    path = folder / "kinh-phi.yml"
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(form)
    path.write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")
    with pytest.raises(FormError, match="kinh-phi.yml") as error:
        load_forms(folder, REGISTER)
    assert message in str(error.value)


def test_every_finding_has_two_sentences_and_fills_its_blanks():
    for code, entry in catalogue().items():
        names = ("header", "day", "unit", "meant", "meant_en", "form", "form_en", "end", "vi", "en", "detail", "encoding",
                 "place", "place_en", "columns", "lines", "lines_en", "over", "over_en", "version")  # fmt: skip
        words = dict.fromkeys(names, "w")
        found = find(code, sheet_name="S", cell="A1", row_number=1, written="w", expected="e", **words)
        assert "{" not in found.message_vi + found.message_en
        assert entry["vi"] != entry["en"]


def test_of_many_findings_alike_the_first_are_said_and_the_rest_counted():
    many = [find("sheet_not_read", sheet_name=str(n)) for n in range(1000)]
    many += [find("merged_cells", cell=f"A{n}") for n in range(1000)]
    said = list(shortened(many))
    assert [each.code for each in said].count("merged_cells") == 1000
    assert [each.sheet_name for each in said[:200]] == [str(n) for n in range(200)]
    assert (said[-1].code, said[-1].expected, len(said)) == ("more_alike", "800", 1201)


def test_an_unknown_finding_is_our_failure():
    with pytest.raises(KeyError):
        find("no_such_code")
