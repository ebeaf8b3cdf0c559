"""Commands about the rules."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kc.options import JsonOption

MARKS = {"block": "bold", "warn": "", "shadow": "dim"}


def register(app: typer.Typer) -> None:
    app.command()(rules)


def rules(
    rule: Annotated[str | None, typer.Option(help="One rule, for example KP-01.")] = None,
    undecided: Annotated[bool, typer.Option("--undecided", help="The verdicts that decided nothing, and why.")] = False,
    one_sided: Annotated[
        bool, typer.Option("--one-sided", help="With --undecided: an amount on one side, nothing on the other.")
    ] = False,
    unit: Annotated[str | None, typer.Option(help="With --undecided: a unit.")] = None,
    period: Annotated[str | None, typer.Option(help="With --undecided: a period, YYYY-MM.")] = None,
    reason: Annotated[str | None, typer.Option(help="With --undecided: a reason, for example missing_term.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Every rule: its severity, what it said last night, and whether it is redundant, never due or never decides.

    Example: kc rules --rule KP-01; kc rules --undecided --one-sided --period 2026-03
    """
    from kc.output import Refused, print_json
    from kc.session import open_connection
    from khuyencong.desk.rule_report import rule_report
    from khuyencong.flags.undecided import undecided_verdicts
    from warehouse.settings import read_settings

    if not undecided and (unit or period or reason or one_sided):
        raise Refused("--unit, --period, --reason and --one-sided choose among verdicts: add --undecided.", 2)
    with open_connection() as connection:
        if undecided:
            rows = undecided_verdicts(
                connection, rule=rule, unit=unit, period=period, reason=reason, one_sided=one_sided
            )
            print_json({"undecided": rows}) if as_json else _print_undecided(rows)
            return
        document = rule_report(connection, read_settings())
    if rule is not None:
        document["rules"] = [row for row in document["rules"] if row["rule_id"] == rule]
        if not document["rules"]:
            raise Refused(f"There is no rule '{rule}'. `kc rules` lists them.", 2)
    print_json(document) if as_json else _print_rules(document)


def _print_rules(document: dict[str, Any]) -> None:
    from kc.output import console, number, print_table

    columns = ("rule", "severity", "form", "pass", "fail", "undecided", "could not run", "remarks", "sentence")
    print_table(
        f"{len(document['rules'])} rules, run {document['run'] or 'none yet'}",
        columns,
        [
            (
                row["rule_id"], row["severity"], row["form"], number(row["n_pass"]), number(row["n_fail"]),
                number(row["n_undecided"]), number(row["n_could_not_run"]), _remarks(row), row["rule_name_en"],
            )
            for row in document["rules"]
        ],
        numeric=range(3, 7),
    )  # fmt: skip
    console().print("What decided nothing, and why: `kc rules --undecided`; --one-sided, --rule, --unit, --period, --reason.")


def _remarks(row: dict[str, Any]) -> str:
    words = [f"redundant ({', '.join(row['implied_by'])})" if name == "redundant" else name for name in row["remarks"]]
    return ", ".join(word.replace("_", " ") for word in words)


def _print_undecided(rows: list[dict[str, Any]], limit: int = 200) -> None:
    from kc.output import console

    out = console()
    if not rows:
        out.print("No such verdict.")
    for row in rows[:limit]:
        scope = f" ({row['scope'].replace(';', ', ')})" if row["scope"] else ""
        out.print(
            f"[{row['rule_id']}] {row['severity']}  {row['unit_key']}  {row['form_code']}  {row['period_end']:%Y-%m}{scope}",
            markup=False,
            style=MARKS[row["severity"]],
        )
        out.print(f"  {row['rule_name']}: {row['sentence_vi']}.", markup=False)
        out.print(f"  {row['rule_name_en']}: {row['sentence_en']}.", markup=False, style="dim")
    if len(rows) > limit:
        out.print(f"The first {limit} of {len(rows)}; --json gives all.")
