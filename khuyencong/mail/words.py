"""The sentences of mails, Vietnamese and English: words.yml is their one home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal

import yaml

from warehouse.settings import TIMEZONE, in_its_words

Language = Literal["vi", "en"]
CATALOGUE = Path(__file__).parent / "words.yml"
BETWEEN_LANGUAGES = "\n\n" + "-" * 20 + " English " + "-" * 20 + "\n\n"


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Code → {vi, en}; raises ValueError when a language is missing or the two have not the same blanks."""
    entries: dict[str, dict[str, str]] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    for code, entry in entries.items():
        if set(entry) != {"vi", "en"} or blanks_of(entry["vi"]) != blanks_of(entry["en"]):
            raise ValueError(f"{CATALOGUE.name}: {code}: needs vi and en with the same blanks.")
    return {code: {language: in_its_words(text) for language, text in entry.items()} for code, entry in entries.items()}


def blanks_of(sentence: str) -> set[str]:
    """The names in braces; a name that the programme gives is no blank."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name and not name.startswith("programme_name")}


def say(language: Language, code: str, **blanks: object) -> str:
    """A sentence with its blanks filled, dates as people of the language write them. Raises KeyError for a blank left out."""
    return catalogue()[code][language].format(**{name: _shown(value, language) for name, value in blanks.items()})


def both(write: Callable[[Language], str]) -> str:
    """A whole text in Vietnamese, then in English."""
    return write("vi").strip() + BETWEEN_LANGUAGES + write("en").strip() + "\n"


def one_line(text: str) -> str:
    """Foreign text as part of a line: a file name or an error must not add lines, headers or invisible marks to a mail."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def _shown(value: object, language: Language) -> object:
    if isinstance(value, datetime):
        moment = value.astimezone(TIMEZONE)
        return moment.strftime("%H:%M %d/%m/%Y" if language == "vi" else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y") if language == "vi" else value.isoformat()
    return one_line(value) if isinstance(value, str) else value
