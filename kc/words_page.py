"""The words that a form, a rule and a row of the register may say: a section of CONTRIBUTING.md, from the code that checks them."""

from __future__ import annotations

from collections.abc import Collection

from warehouse.settings import PROJECT

# (where, words; a text stands for words that are listed elsewhere)
Rows = list[tuple[str, Collection[str] | str]]

BEGIN, END = "<!-- allowed words: written by `make docs` from the code that refuses others -->", "<!-- end of allowed words -->"


def contributing_page() -> str:
    """CONTRIBUTING.md as it stands, with its section of allowed words as the code says them; raises ValueError without markers."""
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"CONTRIBUTING.md lacks the lines {BEGIN} and {END}, each once and in this order.")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{_tables()}\n\n{END}{rest.partition(END)[2]}"


def _tables() -> str:
    from expectations.rulebook import words as rule
    from ingestion import form_words as form
    from ingestion import register_rows as register
    from ingestion.written.period_names import PERIOD_WORDS

    tables = register.read_tables(PROJECT / "dbt_project" / "register")
    codes = form.codes_of(tables)
    activities = [row["activity_code"] for row in tables["activities"]]
    column: Rows = [
        *((f"`type` of a column with `role: {role}`", types) for role, types in form.TYPES_OF_ROLE.items()),
        ("`measure`", form.MEASURES), ("`blank`", form.BLANKS), ("`fact`", form.FACTS),
        ("`fund`, `line_fund`", codes.funds), ("`counts_when`", codes.states),
        ("`indicator`, `counts_as`", "the codes of `register/indicators.csv`"),
    ]  # fmt: skip
    of_form: Rows = [
        ("keys of a form", form.FORM_KEYS), ("keys of a sheet", form.SHEET_KEYS), ("keys of a column", form.COLUMN_KEYS),
        ("keys of `earlier_versions`", form.VERSION_KEYS), ("keys of a field of `header`", form.HEADER_KEYS),
        ("`at` of a field's `places`, and what such a place says", [" ".join((at, *keys)) for at, keys in form.PLACES.items()]),
        ("`shape`", form.SHAPES), ("`ends_at`", "a text, or " + _words((form.BLANK_ROW,))),
        ("constant of the field `period_start`", "a day, or " + _words((form.YEAR_START,))),
        ("keys of `repeat_by`", form.REPEAT_KEYS),
        ("keys of a column's `period`", form.PERIOD_KEYS),
        ("a period in a header text", [f"{{{word}}}" for word in PERIOD_WORDS] + ["{month:02}", "{year-1}"]),
        ("`identity`", form.IDENTITY), ("`lines_from`", form.LINES_FROM),
        ("`line_key`", "columns with `role: key`, of the types " + _words(form.KEY_TYPES)),
        ("`required_header`, fields of `_header.yml`", form.HEADER_FIELDS), *column,
    ]  # fmt: skip
    of_rule: Rows = [
        ("keys of a rule", rule.RULE_KEYS), ("keys of a term", rule.TERM_KEYS),
        *((f"besides, keys of `{family}`", own) for family, own in rule.FAMILY_KEYS.items()),
        ("keys of `ratio`", rule.RATIO_KEYS), ("keys of `tree`", rule.TREE_KEYS),
        ("keys of `scale`, each a list of comparisons", rule.SCALE_GAUGES),
        ("keys of such a comparison, each a term", ("own", rule.COMPARED, *rule.COMPARISONS.values())),
        ("`scope`, `key`, `per`", rule.SCOPES),
        ("besides, `scope`", f"`{form.ROW}` (one line of the sheet) and the form's own dimensions and attributes"),
        ("keys of `when`, each a condition", "those of a term and " + _words(rule.CONDITION_KEYS) + ", or `where` alone"),
        ("`operator` of a condition", rule.CONDITION_OPERATORS),
        ("`where`", "dimensions and attributes of the term's sheet, each with a list of codes"),
        ("`absent`, `absent_report`", rule.ABSENT),
        ("`severity`", rule.SEVERITIES), ("`missing`", rule.MISSING_MODES), ("`operator`", rule.OPERATORS),
        ("`shift`, `since`", rule.SHIFTS), ("`line`", rule.LINE_KINDS), ("`aggregate`", rule.AGGREGATES),
        ("`activities`", activities), ("`funds`", codes.funds), ("`indicators`", "the codes of `register/indicators.csv`"),
    ]  # fmt: skip
    of_rows: Rows = [
        (f"`{name}.csv`: `{column}`", [word or "(empty)" for word in allowed])
        for name, columns in register.WORDS.items()
        for column, allowed in columns.items()
    ]
    of_rows += [
        (f"`{name}.csv`: `{column}`", f"the codes of `{table}.csv`" + _besides(register.BESIDES.get((name, column), ())))
        for name, columns in register.CODES.items()
        for column, (table, _) in columns.items()
    ]
    of_rows += [(f"`{name}.csv`: `form_code`", "the forms") for name in register.FORM_ROWS]
    of_rows += [("`indicator_sources.csv`: `sheet_code`", "the sheets of its form")]
    titles = ("In a form (`ingestion/forms`)", "In a rule (`expectations/rules`)", "In a row of the register")
    return "\n\n".join(f"{title}:\n\n{_table(rows)}" for title, rows in zip(titles, (of_form, of_rule, of_rows), strict=True))


def _table(rows: Rows) -> str:
    lines = [f"| {where} | {words if isinstance(words, str) else _words(words)} |" for where, words in rows]
    return "\n".join(("| where | words |", "|---|---|", *lines))


def _words(words: Collection[str]) -> str:
    return ", ".join(word if word.startswith("(") else f"`{word}`" for word in words)


def _besides(words: Collection[str]) -> str:
    return "".join(f", or {'nothing' if word == '' else f'`{word}`'}" for word in words)
