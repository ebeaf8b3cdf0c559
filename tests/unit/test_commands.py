"""What a new command brings with it: an example in its own help, and its name in the README's table."""

from __future__ import annotations

import re

import pytest
import typer

from kc import app
from warehouse.settings import PROJECT


def commands(group, path=("kc",)):
    """(words typed, docstring) of each command, those of groups too."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command.help or ""


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_a_command_has_an_example_of_itself(words):
    assert re.search(rf"Example: (\w+=\S+ )*{' '.join(words)}\b", " ".join(ALL[words].split())), ALL[words]


def test_every_command_stands_in_the_readme():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`kc ([a-z-]+)", readme))
    assert {words[1] for words in ALL} - told == set()
