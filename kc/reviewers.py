"""Commands about who may decide: reviewer add, reviewer list."""

from __future__ import annotations

from typing import Annotated

import typer

from kc.options import JsonOption

reviewer_app = typer.Typer(help="Who may decide: one login a person, the same here and in Airflow.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(reviewer_app, name="reviewer")


@reviewer_app.command("add")
def add(
    login: Annotated[str, typer.Argument(help="The person's login, in Airflow and in the database.")],
    unit: Annotated[str | None, typer.Option(help="A unit that the person acts for: they do not decide on its reports.")] = None,
    sender: Annotated[str | None, typer.Option(help="A sender's name under which the person's reports arrive.")] = None,
) -> None:
    """Give a person the right to review. Only the owner of the warehouse can; done again it adds a unit or a sender.

    Example: kc reviewer add lan --unit ha-noi
    """
    from kc.output import Refused, console
    from kc.session import open_connection
    from khuyencong.review.reviewers import add_reviewer

    with open_connection() as connection:
        try:
            is_new = add_reviewer(connection, login, unit, sender)
        except ValueError as error:
            raise Refused(str(error), 2) from error
    made = " The login was made, without a password: Airflow's page needs none." if is_new else ""
    console().print(f"{login} may review.{made}", markup=False)


@reviewer_app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """Who may decide, whose reports each may not decide on, and how often they did.

    Example: kc reviewer list
    """
    from kc.output import print_json, print_table
    from kc.session import open_connection
    from khuyencong.review.reviewers import list_reviewers

    with open_connection() as connection:
        rows = list_reviewers(connection)
    if as_json:
        print_json({"reviewers": rows})
        return
    cells = [(row["login"], ", ".join(row["units"]), ", ".join(row["senders"]), row["n_decisions"]) for row in rows]
    print_table("Reviewers", ("login", "acts for", "sends as", "decided"), cells, numeric=(3,))
