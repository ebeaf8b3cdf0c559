"""`kc demo`: the sample nation through one whole night on the embedded warehouse, and what a newcomer should look at."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.programme import PRESENT, read_programme
from warehouse.settings import Settings, this_programme

if TYPE_CHECKING:
    from warehouse.connections import Connection


class NoSampleHome(RuntimeError):
    """This home holds real reports, among which no invented ones may come; the message says what to do."""


@dataclass(frozen=True)
class DemoOutcome:
    """The night's document, and what the demo prints from the released figures."""

    night: dict[str, Any]
    inbox: Path
    n_files: int
    status: dict[str, Any]
    national: dict[str, Any]
    flags: list[dict[str, Any]]
    seconds: float


def run_demo(
    settings: Settings, seed: int, clock: Callable[[], datetime], progress: Callable[[str, int, int], None]
) -> DemoOutcome:
    """Write the sample nation if it is not there, run the night as of the sample's last day, read the results back.

    `clock` is the warehouse's. Raises NoSampleHome where the warehouse holds something else.
    """
    import time

    from khuyencong.clock.sample_home import may_hold_sample
    from khuyencong.desk.status import status
    from khuyencong.figures.rollup import rollup
    from khuyencong.flags.queue import list_flags
    from khuyencong.night.nightly import run_nightly
    from samples.nation import write_nation
    from samples.published import write_published
    from warehouse.address import connect
    from warehouse.opening import open_warehouse

    began = time.perf_counter()
    if read_programme(settings.register).programme_code != read_programme(PRESENT.register).programme_code:
        raise NoSampleHome("The sample nation belongs to the programme of this repository: run the demo without KC_PROGRAMME.")
    with closing(connect(open_warehouse(settings))) as connection:
        if not may_hold_sample(connection):
            raise NoSampleHome(
                f"{settings.home} holds real reports, or a sample of an older version. Give the demo a home of its own: "
                "KC_HOME=/tmp/demo kc demo. A home that may be lost is removed by `make clean`."
            )
    inbox = settings.home / "samples"
    progress("sample", 0, 1)
    summary = write_nation(inbox, seed=seed)
    write_published(inbox / "published")
    clock()  # an untouched warehouse becomes the sample's home
    night = run_nightly(settings, summary.as_of, clock, progress)
    connection = connect(open_warehouse(settings))
    try:
        return DemoOutcome(
            night=night,
            inbox=inbox,
            n_files=summary.n_files,
            status=status(connection, summary.as_of),
            national=_programme_money(connection, rollup(connection, summary.period, total=("activity",))),
            flags=list_flags(connection, status="open"),
            seconds=time.perf_counter() - began,
        )
    finally:
        connection.close()


def _programme_money(connection: Connection, document: dict[str, Any]) -> dict[str, Any]:
    """The rollup with the programme's own budgets and disbursement only, without rows in which nothing stands."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select distinct indicator_code, fund_code from register.indicator_sources
            inner join register.funds using (fund_code)
            where fact in ('fct_budget', 'fct_disbursement') and is_of_programme = 'yes'"""
        )
        wanted = set(cursor)
    rows = [row for row in document["rows"] if (row["indicator_code"], row["fund"]) in wanted]
    return document | {"rows": [row for row in rows if row["accepted"] or row["disputed"] or row["n_disputed"]]}


def print_demo(outcome: DemoOutcome) -> None:
    """Coverage, the national table, the held figures with reasons, three commands to try next."""
    from kc.figures import print_rollup
    from kc.output import console, print_table
    from kc.review import apply_command

    out = console()
    night = outcome.night
    name = this_programme().programme_name.capitalize()
    out.print(
        f"\n[bold]{name}: sample nation[/]  {outcome.n_files} files, one night in {outcome.seconds:.0f} s. "
        f"Release {night['release']}, hash {night['release_hash'][:16]}…, as of {night['as_of'][:10]}. "
        "Persons, establishments and projects are invented.\n"
    )
    print_table(
        "Coverage: owed × received",
        ("period", "form", "owed", "in force", "missing", "of which returned", "late"),
        [
            (c["period"], c["form"], c["n_owed"], c["n_reported"], c["n_missing"], c["n_returned"], c["n_late"])
            for c in night["coverage"]
        ],
        numeric=(2, 3, 4, 5, 6),
    )
    out.print()
    print_rollup(outcome.national, f"National figures, accepted + disputed + missing, in {this_programme().currency_name_en}")
    blocking = [flag for flag in outcome.flags if flag["severity"] == "block"]
    out.print(
        f"\n[bold]Held figures[/]: {len(blocking)} blocking flags, {len(outcome.flags)} flags in all. The first five:"
    )
    for flag in blocking[:5]:
        out.print(f"  {flag['flag_id']}  {flag['unit_key']}  {flag['form_code']}  {flag['period']}", markup=False)
        out.print(f"    {flag['explanation_vi']}", markup=False)
        out.print(f"    {flag['explanation_en']}", markup=False, style="dim")
    first = blocking[0] if blocking else None
    repairable = next((flag for flag in blocking if flag["n_proposed"]), None)
    rows = outcome.national["rows"]
    out.print("\n[bold]Try next[/]")
    if rows:
        row = rows[0]
        out.print(
            f"  kc explain --period {row['period_start'][:7]}..{row['period_end'][:7]} --indicator {row['indicator_code']}"
            f" --fund {row['fund']} --unit {first['unit_key'] if first else this_programme().nation_key}",
            markup=False,
        )
    out.print("  kc status --as-of " + night["as_of"][:10], markup=False)
    # What the engine proposes, never a waiver that it contradicts; what it does to the nation is shown before it is recorded.
    if repairable:
        out.print(f"  {apply_command(repairable)} --dry-run", markup=False)
        out.print(f'  {apply_command(repairable)} --reason "Đơn vị xác nhận"   then: kc nightly', markup=False)
    elif first:
        out.print(f"  kc decide {first['flag_id']} confirm --dry-run", markup=False)
    else:
        out.print("  kc flags", markup=False)
