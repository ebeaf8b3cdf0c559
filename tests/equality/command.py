"""`kc` of a tree, as a person runs it: in a home, with nothing of the caller's settings, its documents kept and digested."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equality.left_out import ALWAYS, LeftOut

QUIET = {"DO_NOT_TRACK": "1", "SCARF_NO_ANALYTICS": "true", "GX_ANALYTICS_ENABLED": "false"}
LEFT_OUT = "(left out)"


@dataclass
class Kc:
    """One tree and one home. `settings` are further variables KC_…; `documents` is filled by `ask`, name → what was printed."""

    tree: Path
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    left_out: LeftOut = ALWAYS
    documents: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KC_", "PG"))}
        return {**inherited, **QUIET, "KC_HOME": str(self.home), **self.settings}

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """The command as it ran, whatever it came to."""
        return subprocess.run(
            [self.tree / ".venv" / "bin" / "kc", *map(str, arguments)],
            cwd=self.home.parent, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def ask(self, *arguments: object, name: str = "") -> Any:
        """Keep what the command prints under its own line (or `name`); returns the document, None when it printed none."""
        done = self.run(*arguments)
        document = self.keep(name or " ".join(map(str, arguments)), done.stdout, f"exit {done.returncode}", done.stderr)
        if done.returncode not in (0, 1, 2, 3) or "our failure" in done.stderr:
            raise RuntimeError(f"kc {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr[-2000:]}")
        return document

    def keep(self, name: str, printed: str, *beside: str) -> Any:
        """Keep one document as text that can be compared: keys in order, left-out keys without value, no place of this machine."""
        name = self._placeless(name)
        if name in self.documents:
            raise ValueError(f"asked twice: {name}")
        try:
            document = json.loads(printed)
            text = json.dumps(self._without_left_out(document), ensure_ascii=False, indent=1, sort_keys=True)
        except json.JSONDecodeError:
            document, text = None, printed
        self.documents[name] = self._placeless("\n".join([text, *beside]).rstrip() + "\n")
        return document

    def _without_left_out(self, document: Any) -> Any:
        """The document with the left-out keys still there, and nothing in them; a key that is missing stays missing."""
        if isinstance(document, dict):
            keys = self.left_out.keys
            return {key: LEFT_OUT if key in keys else self._without_left_out(value) for key, value in document.items()}
        return [self._without_left_out(each) for each in document] if isinstance(document, list) else document

    def _placeless(self, text: str) -> str:
        for place, word in ((self.home, "(home)"), (self.home.parent, "(beside home)"), (self.tree, "(tree)")):
            text = text.replace(str(place), word)
        return text


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def embedded_address(home: Path) -> str:
    """libpq's address of the embedded server of a home, from what the server itself wrote there."""
    pointer = home / "postgres.place"
    folder = Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else home / "postgres"
    lines = (folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    password = (folder / "password").read_text(encoding="utf-8").strip()
    return f"host={lines[4]} port={lines[3]} user=khuyencong dbname=khuyencong password={password}"
