"""Words that must be known: what is said of one that is not, and YAML in which no key stands twice."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

MOST_SHOWN = 24  # words; of a longer list its home is named


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
        return f"{what} is {word!r}; it must be one of the {len(allowed)} of {home}.{meant}"
    shown = f"{', '.join(allowed)}{f' ({home})' if home else ''}"
    return f"{what} is {word!r}; it must be one of {shown}.{meant}"


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
    """The safe loader, which of a key that stands twice would keep the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise ValueError(f"line {key.start_mark.line + 1}: the key {key.value!r} stands twice.")
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping
