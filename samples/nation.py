"""The sample nation as files: workbooks, treasury extracts, a manifest of arrivals, and the truth beside them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from ingestion.forms import load_forms
from ingestion.written.money_units import money_factor
from samples.desk_forms import allocation, treasury_extract
from samples.documents import Document
from samples.errors import plant
from samples.fixed_forms import fixed_report
from samples.folder import FORMS, REGISTER, STAMP, remove, stamp_of, write_csv, write_documents
from samples.line_forms import agreement_report, beneficiary_report, progress_report
from samples.model import Nation
from samples.planter import ERROR_COLUMNS
from samples.register import read_register
from samples.reports import Desk
from samples.scenario import read_scenario

FIGURE_COLUMNS = (
    "unit_key", "budget_year", "period_start", "period_end", "fund_code", "activity_code", "indicator_code", "measure",
    "project_key", "establishment_key", "value", "form_code", "report_period_end",
)  # fmt: skip


@dataclass(frozen=True)
class NationSummary:
    """What lies in the folder, and where to look first.

    n_files, by_form   files written, in all and by form; planted: errors by kind; is_new: False when all was there already
    as_of              the moment to run a night for: nothing of the nation arrives later
    period, indicator  the newest quarter (YYYY-MM..YYYY-MM, from January) and the indicator of money paid out
    """

    folder: str
    seed: int
    n_files: int
    by_form: dict[str, int]
    planted: dict[str, int]
    is_new: bool
    as_of: datetime
    period: str
    indicator: str


def write_nation(
    folder: Path,
    *,
    seed: int,
    clean: bool = False,
    until: date | None = None,
    forms: set[str] | None = None,
    years: tuple[int, int] | None = None,
    planted: Mapping[str, int] | None = None,
) -> NationSummary:
    """Write the sample nation into a folder, or nothing when the same nation already lies there.

    Files go to `<folder>/<unit_key>/<form>-<period>….xlsx|csv`, arrivals to `<folder>/manifest.csv` (path, received_at,
    sender, and in each row the nation's last moment), true figures (đồng or counts) and planted errors to
    `<folder>/truth/`. `clean` plants no error; `until` keeps reports whose period ends by that day; `forms` keeps only
    these forms; `years` (first, last) writes whole years of the longer scenario, ValueError for years that it does not
    model; `planted` (kind → how many) takes the place of the scenario's. The same arguments give the same bytes.
    """
    if years is not None:
        until = min(until or date.max, date(years[1], 12, 31))
    stamp = stamp_of(seed, (clean, until, forms and sorted(forms), years, sorted((planted or {}).items())))
    known = folder / STAMP
    if known.exists():
        noted = json.loads(known.read_text(encoding="utf-8"))
        if noted.pop("stamp") == stamp:
            return NationSummary(
                **noted | {"folder": str(folder), "as_of": datetime.fromisoformat(noted["as_of"]), "is_new": False}
            )
        remove(folder)
    desk = open_desk(seed, years)
    documents = [
        document
        for document in all_documents(desk)
        if (until is None or document.period_end <= until) and (forms is None or document.form.form_code in forms)
    ]
    newest = max((d.period_end for d in documents if d.period_end.month % 3 == 0), default=documents[-1].period_end)
    true_rows = [(*row, d.form.form_code, d.period_end) for d in documents for row in d.truth]
    errors = [] if clean else plant(desk, documents, planted)
    places = write_documents(folder, documents, _last_moment(desk, until))
    truth = folder / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    write_csv(truth / "figures.csv", FIGURE_COLUMNS, true_rows)
    write_csv(truth / "errors.csv", ERROR_COLUMNS, [row for error in errors for row in error.rows(places)])
    summary = NationSummary(
        folder=str(folder),
        seed=seed,
        n_files=len(documents),
        by_form=dict(sorted(Counter(document.form.form_code for document in documents).items())),
        planted=dict(sorted(Counter(error.kind for error in errors).items())),
        is_new=True,
        as_of=_last_moment(desk, until),
        period=f"{newest.year}-01..{newest:%Y-%m}",
        indicator=desk.nation.register.stage_indicators["disbursed"],
    )
    noted = {"stamp": stamp, **asdict(summary), "as_of": summary.as_of.isoformat()}
    known.write_text(json.dumps(noted, ensure_ascii=False), encoding="utf-8")
    return summary


def open_desk(seed: int | None, years: tuple[int, int] | None = None) -> Desk:
    """The invented nation of a seed with the forms and the offices' habits; `years` as in write_nation."""
    scenario, habits = read_scenario(seed, money_factor, years)
    return Desk(Nation(scenario, read_register(REGISTER)), load_forms(FORMS, REGISTER), habits)


def all_documents(desk: Desk, units: set[str] | None = None) -> Iterable[Document]:
    """Every report (of some units only) without any error, in the order of periods, forms and the register's units."""
    scenario, register = desk.nation.scenario, desk.nation.register
    for way in scenario["allocations"]:
        yield allocation(desk, "giao-ke-hoach", way)
    builders = {
        "tien-do": progress_report,
        "kinh-phi": fixed_report,
        "ket-qua": fixed_report,
        "thu-huong": beneficiary_report,
        "doi-chieu": agreement_report,
    }
    for form_code, build in builders.items():
        kinds = {
            kind
            for row in register.rows["calendar"]
            if row["form_code"] == form_code
            for kind in row["unit_kinds"].split("|")
        }
        for period_end in scenario.periods(form_code):
            for unit_key in register.units_on(period_end, tuple(kinds)):
                if units is not None and unit_key not in units:
                    continue
                document = build(desk, form_code, unit_key, period_end)
                if document is not None:
                    yield document
    for period_end in scenario.periods("kho-bac"):
        for position in range(len(scenario["treasury"])):
            yield treasury_extract(desk, "kho-bac", period_end, position)


def _last_moment(desk: Desk, until: date | None) -> datetime:
    """The scenario's last moment, or for a part of the nation the evening four weeks after its last day."""
    end = desk.nation.scenario.as_of
    if until is None:
        return end
    return min(end, datetime.combine(until + timedelta(days=29), end.timetz()))


