"""The Great Expectations suite of a form, built in memory from its YAML, and one validation of it over given submissions.

Great Expectations is imported inside the functions: it takes seconds, and a night without new files does without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.door.checks import line_key
from expectations.door.rows import Check, literal
from ingestion.form import Form
from warehouse.address import Warehouse

SITE = "door"


@dataclass(frozen=True)
class Judged:
    """A form and the submissions of it to validate, with the checks of its cells and lines."""

    form: Form
    submission_keys: tuple[int, ...]
    checks: tuple[Check, ...]


def validate(warehouse: Warehouse, judged: list[Judged], docs_folder: Path | None = None) -> dict[str, list[Check]]:
    """Validate each form's submissions, one validation a form; returns form_code → the checks that failed.

    With `docs_folder` the Data Docs of these validations are written there. An expectation that cannot be computed, or a detail
    line without its key, is our own failure: RuntimeError.
    """
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    source = context.data_sources.add_postgres("warehouse", connection_string=warehouse.sqlalchemy_url)
    failed = {}
    for each in judged:
        asset = source.add_query_asset(each.form.form_code, query=_batch(each))
        definition = gx.ValidationDefinition(
            name=each.form.form_code,
            data=asset.add_batch_definition_whole_table("tonight"),
            suite=context.suites.add(_suite(each)),
        )
        result = context.validation_definitions.add(definition).run(
            result_format="SUMMARY" if docs_folder else "BOOLEAN_ONLY"
        )
        failed[each.form.form_code] = _failed(each, result)
    if docs_folder is not None:
        context.add_data_docs_site(SITE, _site(docs_folder))
        context.build_data_docs(site_names=[SITE])
    source.get_engine().dispose()  # open connections forbid copying the database
    source.get_execution_engine().engine.dispose()
    return failed


def _batch(judged: Judged) -> str:
    """The detail lines of the submissions with their key; texts as typed stay out, so that no document shows personal data."""
    keys = ", ".join(map(str, judged.submission_keys))
    return f"""select l.submission_key, l.sheet_code, l.row_number, s.form_version, {line_key(judged.form)} as line_key
from raw.line as l inner join raw.submission as s using (submission_key)
where l.line_kind = 'detail' and l.submission_key in ({keys})"""


def _suite(judged: Judged) -> Any:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    suite = gx.ExpectationSuite(name=judged.form.form_code)
    suite.add_expectation(
        gxe.ExpectColumnValuesToNotBeNull(column="line_key", notes="Every detail line has the keys that its form requires.")
    )
    suite.add_expectation(
        gxe.ExpectColumnValuesToBeInSet(
            column="form_version", value_set=[judged.form.version], notes="The form is of the version in use."
        )
    )
    for check in judged.checks:
        if check.finding_code == "line_twice":
            expectation = gxe.ExpectCompoundColumnsToBeUnique(
                column_list=["submission_key", "line_key"], notes=check.sentence, meta={"sentence": check.sentence}
            )
        else:
            rows = check.rows.format(scope="c.submission_key in (select submission_key from {batch})")
            expectation = gxe.UnexpectedRowsExpectation(
                unexpected_rows_query=rows, description=check.sentence, meta={"sentence": check.sentence}
            )
        suite.add_expectation(expectation)
    return suite


def _failed(judged: Judged, result: Any) -> list[Check]:
    """The checks that failed, by the sentence that each expectation carries."""
    by_sentence = {check.sentence: check for check in judged.checks}
    failed = []
    for each in result.results:
        config, place = each.expectation_config, f"{judged.form.form_code}: {each.expectation_config.type}"
        if _was_raised(each.exception_info):
            raise RuntimeError(f"The door could not judge {place}: {each.exception_info}")
        check = by_sentence.get((config.meta or {}).get("sentence", ""))
        if each.success:
            continue
        if check is not None:
            failed.append(check)
        elif config.kwargs.get("column") == "line_key":
            raise RuntimeError(f"A detail line of {judged.form.form_code} in raw.line lacks the key that its form requires.")
    return failed


def _was_raised(exception_info: dict[str, Any]) -> bool:
    """Great Expectations gives one exception_info, or one a metric."""
    if "raised_exception" in exception_info:
        return bool(exception_info["raised_exception"])
    return any(info.get("raised_exception") for info in exception_info.values())


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
    }


def collecting_sql(check: Check, form: Form) -> str:
    """INSERT … SELECT of every failing row of a form's check into raw.finding; parameters: keys, code, verdict, vi, en."""
    rows = check.rows.format(scope="c.submission_key = any (%(keys)s)", line_scope="l.submission_key = any (%(keys)s)")
    written = "coalesce(r.written, to_jsonb(f) ->> r.column_name)"
    blanks = {
        "sheet": "coalesce(p.sheet_name, '')", "cell": "coalesce(p.column_letter || coalesce(p.cell_row, r.row_number), '')",
        "row": "coalesce(r.row_number::text, '')", "expected": "coalesce(r.expected, '')", "written": f"coalesce({written}, '')",
    }  # fmt: skip

    def message(language: str) -> str:
        text = f"%({language})s"
        for blank, value in blanks.items():
            text = f"replace({text}, {literal('{' + blank + '}')}, {value})"
        return text

    return f"""insert into raw.finding (receipt_key, submission_key, found_by, finding_code, verdict, sheet_name, cell_address,
    sheet_code, row_number, column_name, written, expected, message_vi, message_en)
select s.receipt_key, r.submission_key, 'door', %(code)s, %(verdict)s, p.sheet_name,
    p.column_letter || coalesce(p.cell_row, r.row_number), r.sheet_code, r.row_number, r.column_name,
    {written}, nullif(r.expected, ''), {message("vi")}, {message("en")}
from ({rows}) as r
inner join raw.submission as s using (submission_key)
left join raw.submission_column as p using (submission_key, sheet_code, column_name)
left join raw.{form.table_name} as f using (submission_key, sheet_code, row_number)
order by r.submission_key, r.sheet_code, r.row_number, r.column_name"""
