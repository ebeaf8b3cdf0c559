"""`kc`, the command line, is all that prints. Nothing heavy is imported before the command that needs it runs."""

from __future__ import annotations

import sys

import typer

from kc import (
    backups,
    differences,
    figures,
    files,
    forms,
    mails,
    register,
    releases,
    review,
    reviewers,
    rules,
    runs,
    status,
    system,
)

app = typer.Typer(
    name="kc",
    help="The warehouse of a programme: from a province's file to the national figure, and back to the cell.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

NOT_BUILT = ("42P01", "42703", "42704")  # PostgreSQL: undefined_table, undefined_column, undefined_object

GROUPS = (
    runs, status, files, forms, differences, figures, releases, mails, review, reviewers, rules, register, system, backups,
)  # fmt: skip
for module in GROUPS:
    module.register(app)


def main() -> None:
    """Run `kc`; an error of ours ends as one clear sentence and exit code 1."""
    from ingestion.known_words import ConfigurationError
    from kc.output import Refused, say_error
    from warehouse.ownership import OtherProgramme
    from warehouse.programme import ProgrammeError

    # A file's name need not be text. The command gets it as it is; what looks at the process's own command line, as dbt's log
    # does, gets text.
    arguments = sys.argv[1:]
    sys.argv[1:] = [argument.encode("utf-8", "backslashreplace").decode() for argument in arguments]
    try:
        app(args=arguments)
    except Refused as refusal:
        say_error(str(refusal))
        sys.exit(refusal.exit_code)
    except ConfigurationError as error:
        say_error(f"Nothing was done. {error}\nCorrect the file and run the command again.")
        sys.exit(2)
    except (ProgrammeError, OtherProgramme) as error:
        say_error(f"Nothing was done. {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        say_error("Stopped. What was finished is kept; run the same command again to go on.")
        sys.exit(1)
    except Exception as error:
        import os

        if os.environ.get("KC_TRACEBACK"):
            raise
        if getattr(error, "pgcode", None) in NOT_BUILT:
            say_error(
                f"{str(error).splitlines()[0]}\nThe warehouse was last built by other code than this; `kc nightly` builds what is "
                "missing. After a night of this code it is our failure, and KC_TRACEBACK=1 shows where."
            )
        else:
            say_error(f"{type(error).__name__}: {error}\nThis is our failure, not yours. KC_TRACEBACK=1 shows where.")
        sys.exit(1)
