"""Words that must be known: what is said of one that is not, of a value of another kind, and YAML in which no key stands twice."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

MOST_SHOWN = 24  # words; of a longer list its home is named
# kind of what stands under a key of a YAML file → how a refusal says it
KINDS = {
    "text": "a text", "texts": "a list of texts, [one, two]",
    "text or texts": "a text, or a list of texts, [one, two]",
    "flag": "true or false", "day": "a day, 2024-01-31",
    "months": "a list of months, each once and in order, [3, 6, 9, 12]", "count": "a whole number", "number": "a number",
    "entries": "a list of entries", "entries or 0": "a list of terms, or 0", "mapping": "a mapping",
    "text by name": "a mapping of names to texts, {name: text}",
    "texts by name": "a mapping of names to lists of texts, {name: [one, two]}",
}  # fmt: skip


class ConfigurationError(ValueError):
    """A form, a rule, a limit or a row of the register that cannot be read; the message says where and what may stand there."""


class Word(str):
    """A text of a YAML file that knows its line."""

    line: int


class Entry(dict[Any, Any]):
    """A mapping of a YAML file that knows its line."""

    line: int


def line_of(thing: object) -> str:
    """"line 12: " for a text or a mapping of a YAML file, the beginning of what is said of it; nothing where no line is known."""
    line = getattr(thing, "line", None)
    return f"line {line}: " if line else ""


def placed(place: str, said: str) -> str:
    """What is said at a place ("kinh-phi.yml: sheet money"), with the line that it names behind the file's name."""
    line = re.search(r"(line \d+): ", said)
    if line is None:
        return f"{place}: {said}"
    file, colon, rest = place.partition(":")
    return f"{file} {line[1]}{colon}{rest}: {said[: line.start()]}{said[line.end() :]}"


def unknown_word(word: object, allowed: Collection[str], what: str, home: str = "") -> str | None:
    """None for a word that is allowed, else the sentence: what was written, what stands near it, what is allowed.

    what    the word's place in its sentence ("role")
    home    where a long list of allowed words is kept ("register/indicators.csv")
    """
    if isinstance(word, str) and word in allowed:
        return None
    near = get_close_matches(str(word), allowed, n=3, cutoff=0.6)
    meant = f" Near it: {', '.join(near)}." if near else ""
    if home and len(allowed) > MOST_SHOWN:
        return f"{line_of(word)}{what} is {word!r}; it must be one of the {len(allowed)} of {home}.{meant}"
    shown = f"{', '.join(allowed)}{f' ({home})' if home else ''}"
    return f"{line_of(word)}{what} is {word!r}; it must be one of {shown}.{meant}"


def fault_of_keys(entry: object, kinds: Mapping[str, str], needed: Collection[str] = ()) -> str | None:
    """None for a mapping whose keys are known and hold what they must, else the sentence of the first fault.

    kinds    key → its kind, one of KINDS
    needed   keys that must be there
    """
    if not isinstance(entry, Mapping):
        return f"it is {entry!r}; it must be a mapping of {', '.join(kinds)}."
    for key in entry:
        said = unknown_word(key, tuple(kinds), "a key")
        if said:
            return f"{line_of(key)}unknown key {key!r}. {said.removeprefix(line_of(key))}"
    for key in needed:
        if key not in entry:
            return f"{line_of(entry)}the key {key!r} is missing."
    for key, value in entry.items():
        if not is_a(kinds[key], value):
            return f"{line_of(key)}{key} is {value!r}; it must be {KINDS[kinds[key]]}."
    return None


def is_a(kind: str, value: object) -> bool:
    """Whether a value of a YAML file is of a kind; a blank text is none, and true is no number."""
    if kind == "flag":
        return isinstance(value, bool)
    if kind in ("count", "number"):
        return isinstance(value, int if kind == "count" else (int, float)) and not isinstance(value, bool)
    if kind == "day":
        return isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    if kind == "text":
        return isinstance(value, str) and bool(value.strip())
    if kind == "text or texts":
        return is_a("text", value) or (is_a("texts", value) and bool(value))
    if kind == "mapping":
        return isinstance(value, Mapping)
    if kind in ("text by name", "texts by name"):
        each = kind.split()[0]
        return isinstance(value, Mapping) and all(is_a("text", name) and is_a(each, said) for name, said in value.items())
    if kind == "entries or 0" and value == 0:
        return value is not False
    if not isinstance(value, list):
        return False
    if kind == "months":
        is_months = all(type(each) is int and 1 <= each <= 12 for each in value)
        return is_months and value == sorted(set(value)) and bool(value)
    return kind in ("entries", "entries or 0") or all(is_a("text", each) for each in value)


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file that is a mapping. Raises ValueError with file and line for another, or for a key that stands twice."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _EachKeyOnce)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{path.name}: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path.name}: the file must be a mapping.")
    return content


# The same loader in C where PyYAML has it: a night reads forms and rules several times.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _EachKeyOnce(_SafeLoader):  # type: ignore[misc]
    """The safe loader, which of a key that stands twice would keep the last without a word; texts and mappings know their lines."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise ValueError(f"line {key.start_mark.line + 1}: the key {key.value!r} stands twice.")
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping

    def construct_entry(self, node: yaml.MappingNode) -> Iterator[Entry]:
        entry = Entry()
        entry.line = node.start_mark.line + 1
        yield entry
        entry.update(self.construct_mapping(node))

    def construct_word(self, node: yaml.ScalarNode) -> Word:
        word = Word(self.construct_scalar(node))
        word.line = node.start_mark.line + 1
        return word


_EachKeyOnce.add_constructor("tag:yaml.org,2002:map", _EachKeyOnce.construct_entry)
_EachKeyOnce.add_constructor("tag:yaml.org,2002:str", _EachKeyOnce.construct_word)
