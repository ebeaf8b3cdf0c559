"""A wrong form, rule, limit or row of the register is told before a night takes anything in, and is no failure of ours."""

import dataclasses
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from ingestion.known_words import ConfigurationError
from khuyencong.night import stations
from khuyencong.night.configuration import refuse_wrong_configuration
from warehouse.settings import PROJECT, read_settings

WRONG = {
    "forms/kinh-phi.yml": ("role: figure", "role: figur", "kinh-phi.yml line "),
    "rules/kinh-phi.yml": ("severity: block", "severity: blok", "kinh-phi.yml line "),
    "register/indicators.csv": (",sum,", ",summ,", "indicators.csv line "),
}


@pytest.fixture
def settings(tmp_path):
    """The settings of an installation with folders of its own."""
    shutil.copytree(PROJECT / "ingestion" / "forms", tmp_path / "forms")
    shutil.copytree(PROJECT / "expectations" / "rules", tmp_path / "rules")
    shutil.copytree(PROJECT / "dbt_project" / "register", tmp_path / "register")
    return dataclasses.replace(
        read_settings(), forms=tmp_path / "forms", rules=tmp_path / "rules", register=tmp_path / "register"
    )


def test_what_is_right_is_let_through(settings):
    refuse_wrong_configuration(settings)


@pytest.mark.parametrize("file", WRONG)
def test_a_wrong_word_stops_a_night_before_it_lands_a_file(file, settings, tmp_path):
    right, wrong, sentence = WRONG[file]
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert right in text
    (tmp_path / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    night = SimpleNamespace(settings=settings, connection=None)  # asking it for anything else would fail
    with pytest.raises(ConfigurationError) as refused:
        stations.pull_and_land(night)
    assert sentence in str(refused.value) and repr(wrong.split()[-1].strip(",")) in str(refused.value)


def test_the_command_line_says_which_file_and_that_nothing_was_done(tmp_path):
    """Exit 2: the words of a file of the installation are wrong usage, not our failure."""
    code = (
        "import sys, kc, khuyencong.reporter.preview as room\n"
        "from ingestion.form_words import FormError\n"
        "def refuse(*_): raise FormError('some.yml line 7: sheet a: column b: role is wrong.')\n"
        "room.preview = refuse\n"
        f"sys.argv = ['kc', 'read', {str(PROJECT / 'README.md')!r}]\n"
        "kc.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2 and "failure" not in done.stderr
    assert done.stderr.startswith("Nothing was done. some.yml line 7: sheet a: column b: role is wrong.")


def test_the_form_that_contributing_shows_is_the_form():
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = text.split("```yaml\n")[1].split("\n```")[0]
    form = (PROJECT / "samples" / "second_programme" / "programme" / "forms" / "repairs.yml").read_text(encoding="utf-8")
    assert len(shown.splitlines()) > 10 and shown in form
