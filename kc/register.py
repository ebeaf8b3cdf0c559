"""`kc register`: units are added, closed and merged, every row of it in every file of the register, or none."""

from __future__ import annotations

import textwrap
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from kc.options import JsonOption

if TYPE_CHECKING:
    from khuyencong.register.draft import Draft

WIDTH = 80

Basis = Annotated[str, typer.Option(help="The document that it stands on.")]
NameEn = Annotated[str | None, typer.Option(help="Its name in English. Default: the name without marks.")]
GsoCode = Annotated[str | None, typer.Option(help="Its GSO code, from the same day.")]
Aliases = Annotated[list[str] | None, typer.Option("--alias", help="Another way in which people write it; once or more.")]
Reporter = Annotated[str | None, typer.Option(help="Mail address of the office that is asked for reports.")]
Superior = Annotated[str | None, typer.Option(help="Mail address of the office that is told when asking did not help.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the rows and write nothing.")]

register_app = typer.Typer(help="Rows of the register: units that are added, closed, merged.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(register_app, name="register")


@register_app.command("add-unit")
def add_unit(
    key: Annotated[str, typer.Argument(help="Its key: small letters and digits joined by -.")],
    name: Annotated[str, typer.Option(help="Its name in Vietnamese, with its marks.")],
    kind: Annotated[str, typer.Option(help="province, centre, regional_centre or ministry_unit.")],
    begins: Annotated[str, typer.Option("--from", help="Its first day, YYYY-MM-DD.")],
    basis: Basis,
    region: Annotated[str | None, typer.Option(help="The group of units that a province belongs to.")] = None,
    name_en: NameEn = None,
    gso_code: GsoCode = None,
    alias: Aliases = None,
    reporter: Reporter = None,
    superior: Superior = None,
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Add a unit: units.csv, unit_aliases.csv, and as said group_members.csv, unit_codes.csv, contacts.csv.

    Example: kc register add-unit hoa-lu --name "Hoa Lư" --kind province --region phia-bac --from 2027-01-01 --basis "NQ 1"
    """
    from khuyencong.register.draft import RegisterRefusal
    from khuyencong.register.units import NewUnit
    from khuyencong.register.units import add_unit as drafted
    from warehouse.settings import read_settings

    new = NewUnit(
        key=key, name=name, kind=kind, begins=_day(begins), basis=basis, name_en=name_en, region=region, gso_code=gso_code,
        aliases=tuple(alias or ()), reporter=reporter, superior=superior,
    )  # fmt: skip
    try:
        draft = drafted(read_settings().register, new)
    except RegisterRefusal as refusal:
        raise _refused(refusal) from refusal
    _settle(draft, dry_run, as_json, [] if reporter else [f"Nobody is asked for the reports of {key}: it has no address."])


@register_app.command("close-unit")
def close_unit(
    key: Annotated[str, typer.Argument(help="The unit.")],
    on: Annotated[str, typer.Option(help="The first day on which it is no more, YYYY-MM-DD.")],
    basis: Basis,
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Close a unit that nobody follows: the end of every row that holds for it, the day before.

    Example: kc register close-unit don-vi-bo-1 --on 2027-01-01 --basis "QĐ 1/QĐ-BCT" --dry-run
    """
    from khuyencong.register.draft import RegisterRefusal
    from khuyencong.register.mergers import accounts_of
    from khuyencong.register.units import close_unit as drafted
    from warehouse.settings import read_settings

    try:
        draft = drafted(read_settings().register, key, _day(on), basis)
    except RegisterRefusal as refusal:
        raise _refused(refusal) from refusal
    _settle(draft, dry_run, as_json, _accounts_left(accounts_of(draft, [key]), key))


@register_app.command("merge-units")
def merge_units(
    units: Annotated[list[str], typer.Argument(help="All units that merge, two at least.")],
    into: Annotated[str, typer.Option(help="A new key, or the one of them that goes on.")],
    on: Annotated[str, typer.Option(help="The first day of the merged unit, YYYY-MM-DD.")],
    basis: Basis,
    name: Annotated[str | None, typer.Option(help="Name of a new unit. Default: that of the one whose key it has.")] = None,
    region: Annotated[str | None, typer.Option(help="Region of a new unit. Default: the one of all of them.")] = None,
    name_en: NameEn = None,
    gso_code: GsoCode = None,
    alias: Aliases = None,
    reporter: Reporter = None,
    superior: Superior = None,
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Merge whole units: their rows end, the new unit's begin, and successions.csv says who follows whom.

    Example: kc register merge-units ha-noi hue --into hue --on 2027-01-01 --basis "NQ 1/2026/QH16" --dry-run
    """
    from kc.session import machine_now
    from khuyencong.register.draft import RegisterRefusal
    from khuyencong.register.mergers import Merger, accounts_of
    from khuyencong.register.mergers import merge_units as drafted
    from warehouse.settings import read_settings

    merger = Merger(
        units=tuple(units), into=into, on=_day(on), basis=basis, name=name, name_en=name_en, region=region, gso_code=gso_code,
        aliases=tuple(alias or ()), reporter=reporter, superior=superior,
    )  # fmt: skip
    try:
        draft = drafted(read_settings().register, merger, machine_now().date())
    except RegisterRefusal as refusal:
        raise _refused(refusal) from refusal
    left = [] if reporter or into in units else [f"Nobody is asked for the reports of {into}: it has no address."]
    ended = [unit for unit in units if unit != into]
    _settle(draft, dry_run, as_json, [*left, *_accounts_left(accounts_of(draft, ended), into)])


def _settle(draft: Draft, dry_run: bool, as_json: bool, left: list[str]) -> None:
    """Put the draft in place and print each row with its file and line, and what is left to do."""
    from kc.output import console, print_json
    from khuyencong.register.draft import RegisterRefusal, settle
    from warehouse.settings import read_settings

    try:
        written = settle(draft, read_settings(), dry_run=dry_run)
    except RegisterRefusal as refusal:
        raise _refused(refusal) from refusal
    if as_json:
        print_json({"is_dry_run": dry_run, "rows": [vars(row) for row in written], "left": left})
        return
    out = console()
    for row in written:
        out.print(f"[bold]{row.file}:{row.line}[/]  {'new row' if row.before is None else 'changed row'}")
        for line in textwrap.wrap(row.row, WIDTH - 2, break_on_hyphens=False):
            out.print(f"  {line}", markup=False)
    n_files = len({row.file for row in written})
    done = "Nothing was written (--dry-run)" if dry_run else "Written"
    for sentence in (f"{done}: {len(written)} rows in {n_files} files. They count from the next `kc nightly`.", *left):
        for line in textwrap.wrap(sentence, WIDTH, break_on_hyphens=False):
            out.print(line, markup=False)


def _accounts_left(codes: list[str], key: str) -> list[str]:
    told = f"sources.csv: {', '.join(codes)} is still the account of a unit that ends. Give it to {key} on the day, or take it out."
    return [told] if codes else []


def _refused(refusal: Exception) -> Exception:
    from kc.output import Refused

    return Refused(f"{refusal}\nNothing was written.", 2)


def _day(text: str) -> date:
    from kc.output import Refused

    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise Refused(f"{text!r} is no day; write it as 2027-01-01.", 2) from None
