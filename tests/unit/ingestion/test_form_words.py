"""No word of a form or of the register is misspelt without a word said: each leaf is misspelt and must be refused by name."""

from __future__ import annotations

import dataclasses
import functools

import pytest
from misspelt import leaves, misspellings, names_of, replaced

from expectations.door.checks import KEY_COLUMNS, LimitsError, limits_of
from expectations.rulebook import language
from expectations.rulebook.language import read_rules
from expectations.rulebook.rule import RuleError
from expectations.rulebook.vocabulary import read_vocabulary
from ingestion.form_parts import header_of
from ingestion.form_words import FORM_KEYS, KEY_TYPES, FormError, codes_of
from ingestion.forms import form_of, load_forms
from ingestion.known_words import read_yaml
from ingestion.register_rows import RegisterError, read_tables, refuse_rows_of_unknown_forms
from warehouse.settings import PROJECT

FOLDER, REGISTER = PROJECT / "ingestion" / "forms", PROJECT / "dbt_project" / "register"
RULES = PROJECT / "expectations" / "rules"
FORMS = load_forms(FOLDER, REGISTER)
TABLES = read_tables(REGISTER)
CODES = codes_of(TABLES)
HEADER = header_of(read_yaml(FOLDER / "_header.yml"), "_header.yml")
# What people read and nothing looks up: by its key, wherever it stands.
FREE_TEXT = {
    "form_name", "form_name_en", "version", "legal_basis", "titles", "sheet_name", "sheet_aliases", "total_labels", "headers",
    "group", "labels",
}  # fmt: skip


def named_elsewhere(form_code):
    """The columns and sheets of a form that its keys, the register, the door's limits and the rules name, as their files say it."""
    columns = {name for sheet in read_yaml(FOLDER / f"{form_code}.yml")["sheets"] for name in sheet["line_key"]}
    limits = read_yaml(PROJECT / "expectations" / "door" / "limits.yml").get(form_code, {})
    columns |= {name for limited in limits.values() for name in limited}
    sheets = {row["sheet_code"] for row in TABLES["indicator_sources"] if row["form_code"] == form_code} | limits.keys()
    for path in RULES.glob("*.yml"):
        content = read_yaml(path)
        for rule in content["rules"]:
            judged = rule.get("judges", content["defaults"].get("judges"))
            rule = {"sheet": content["defaults"].get("sheet"), **rule}
            columns |= set(_said(rule, judged, form_code, "columns"))
            sheets |= set(_said(rule, judged, form_code, "sheet"))
    return columns, sheets


def _said(node, form, wanted, key):
    """What terms on a form say under a key; a term that names no form is on the one that its rule judges."""
    if isinstance(node, dict):
        form = node.get("form", form)
        said = node.get(key) if form == wanted else None
        yield from [said] if isinstance(said, str) else said or ()
        for each in node.values():
            yield from _said(each, form, wanted, key)
    elif isinstance(node, list):
        for each in node:
            yield from _said(each, form, wanted, key)


@pytest.fixture
def read_once(monkeypatch):
    """Rules are parsed once, not once a misspelling."""
    monkeypatch.setattr(language, "read_yaml", functools.cache(read_yaml))


def load(entry, name):
    """What a night makes of one form: the form, the register's rows that name it, the rules and limits that name it."""
    form = form_of(entry, name, HEADER, CODES)
    forms = {**FORMS, form.form_code: form}
    refuse_rows_of_unknown_forms(TABLES, {code: tuple(s.sheet_code for s in f.sheets) for code, f in forms.items()})
    return forms


def load_all(entry, name):
    forms = load(entry, name)
    read_rules(RULES, read_vocabulary(forms, REGISTER))
    limits_of(forms[name.removesuffix(".yml")])


@pytest.mark.parametrize("form_code", FORMS)
def test_a_misspelt_word_of_a_form_is_refused_by_name(form_code, read_once):
    name = f"{form_code}.yml"
    entry = read_yaml(FOLDER / name)
    load_all(entry, name)
    passed, n_refused = set(), 0
    for path, leaf in leaves(entry):
        last = names_of(path)[-1]
        for wrong in misspellings(leaf):
            try:
                (load_all if last in ("name", "sheet_code") else load)(replaced(entry, path, wrong), name)
            except (FormError, RegisterError, RuleError, LimitsError) as refused:
                assert repr(wrong) in str(refused) or repr(leaf) in str(refused), (path, wrong, str(refused))
                n_refused += 1
            else:
                is_case_only = last == "money_unit" and wrong == leaf.swapcase()  # a unit of money is read without case
                if last not in FREE_TEXT and not is_case_only:
                    passed.add((path, leaf))
    # A column or a sheet is called as its form calls it; who else speaks of it must find it.
    columns, sheets = named_elsewhere(form_code)
    assert {leaf for path, leaf in passed if path[-1] == "name"}.isdisjoint(columns)
    assert {leaf for path, leaf in passed if path[-1] == "sheet_code"}.isdisjoint(sheets)
    assert [each for each in passed if each[0][-1] not in ("name", "sheet_code")] == []
    assert n_refused > 20


def test_a_misspelt_word_of_the_header_block_is_refused_by_name():
    entry = read_yaml(FOLDER / "_header.yml")
    for path, leaf in leaves(entry):
        if names_of(path)[-1] in FREE_TEXT:
            continue
        for wrong in misspellings(leaf):
            with pytest.raises(FormError, match="_header.yml") as refused:
                header_of(replaced(entry, path, wrong), "_header.yml")
            assert repr(wrong) in str(refused.value)
    for key in ("fields", "fieldsx"):
        with pytest.raises(FormError, match="_header.yml"):
            header_of({key: []}, "_header.yml")


@pytest.mark.parametrize("form_code", FORMS)
def test_a_misspelt_key_of_a_form_is_refused_by_name(form_code):
    name = f"{form_code}.yml"
    entry = read_yaml(FOLDER / name)
    places = [(), *((("sheets", n)) for n in range(len(entry["sheets"])))]
    places += [("sheets", n, "columns", m) for n, s in enumerate(entry["sheets"]) for m in range(len(s["columns"]))]
    for place in places:
        node = functools.reduce(lambda node, key: node[key], place, entry)
        for key in node:
            renamed = {(f"{each}x" if each == key else each): value for each, value in node.items()}
            changed = renamed if not place else replaced(entry, place, renamed)
            with pytest.raises(FormError, match=f"unknown key '{key}x'") as refused:
                form_of(changed, name, HEADER, CODES)
            assert f"Near it: {key}" in str(refused.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"indicator": "KC-P0l"}, "kinh-phi.yml: sheet money: column kcqg_plan: indicator is 'KC-P0l'; it must be one of the "
         f"{len(CODES.indicators)} of register/indicators.csv. Near it: KC-P0"),
        ({"fund": "KCQQ"}, "fund is 'KCQQ'; it must be one of KCQG, KCDP-T, KCDP-H, KCDP-X, KCDP, counterpart, other, own "
         "(register/funds.csv). Near it: KCQG."),
        ({"measure": "ytb"}, "measure is 'ytb'; it must be one of plan, ytd, in_period, prior_ytd, stock, ratio, by_behaviour. "
         "Near it: ytd."),
        ({"role": "chek"}, "role is 'chek'; it must be one of figure, check, key, place, attribute, text, personal, label. "
         "Near it: check."),
        ({"type": "activity"}, "type of a column with role check is 'activity'; it must be one of money, number, percent"),
        ({"counts_as": "KC-E01"}, "indicator and counts_as says what it counts"),
        ({"counts_when": ["stopped"]}, "counts_when is of a column of type project_state, not money"),
        ({"blank": "by_indicator"}, "only a column of type by_indicator can say that"),
        ({"headers": "Kế hoạch năm"}, "headers is 'Kế hoạch năm'; it must be a list of texts"),
        ({"required": "no"}, "required is 'no'; it must be true or false"),
    ],
)  # fmt: skip
def test_the_refusal_says_place_word_and_what_is_allowed(change, sentence):
    entry = read_yaml(FOLDER / "kinh-phi.yml")
    changed = replaced(entry, ("sheets", 0, "columns", 2), {**entry["sheets"][0]["columns"][2], **change})
    with pytest.raises(FormError) as refused:
        form_of(changed, "kinh-phi.yml", HEADER, CODES)
    assert sentence in str(refused.value)


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path):
    path = tmp_path / "twice.yml"
    path.write_text("a: 1\nb: 2\na: 3\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"twice\.yml: line 3: the key 'a' stands twice"):
        read_yaml(path)


def test_what_may_be_a_key_of_a_line_is_what_the_door_can_join():
    assert set(KEY_TYPES) == set(KEY_COLUMNS)


def test_the_keys_of_a_form_are_what_the_form_keeps():
    kept = {field.name for field in dataclasses.fields(next(iter(FORMS.values())))}
    assert FORM_KEYS.keys() <= kept | {"header"}  # which becomes header_fields
