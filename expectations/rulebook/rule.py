"""A rule, expanded: one sentence about figures, with its terms and how it is judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from expectations.rulebook.terms import Term
from ingestion.known_words import ConfigurationError


class RuleError(ConfigurationError):
    """A rule that cannot be read; the message names the file, the rule and what is wrong."""


@dataclass(frozen=True)
class Rule:
    """One rule as it is judged; `terms` carry their side, `parameters` what only its family needs."""

    rule_id: str
    version: int
    family: str
    judges: str
    scope: tuple[str, ...]
    operator: str
    severity: str
    missing: str
    level: int
    valid_from: date
    valid_to: date | None
    tolerance_pct: float
    parameters: Mapping[str, Any]
    vi: str
    en: str
    legal_basis: str
    terms: tuple[Term, ...] = field(default=())

    @property
    def is_conditional(self) -> bool:
        """Whether it is due only where conditions hold."""
        return bool({"when", "when_codes"} & self.parameters.keys())

    @property
    def terms_hash(self) -> str:
        """sha256 over everything that decides a verdict: terms, operator, bounds and modes, not words or severity."""
        content = [
            self.family, self.judges, self.scope, self.operator, self.missing, str(self.tolerance_pct),
            sorted(self.parameters.items()), [term.content() for term in self.terms],
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, default=str).encode()).hexdigest()
