"""The narrative reader: a report in running text → mentions with their keys, and the relations the text states.

Mentions are never figures. Plain text and HTML in Vietnamese and English are read; other languages are refused with the
reason. What words mean stands in ``register/narrative_*.csv``; this package holds only how they are found.
"""

import datetime
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.readers.narrative.document import Document, NotReadable, read_document
from ingestion.readers.narrative.judged_relations import Relation, judge_relation
from ingestion.readers.narrative.naming import Mention, name_all
from ingestion.readers.narrative.percentages import find_percentages
from ingestion.readers.narrative.quantity import Skipped
from ingestion.readers.narrative.register import fold, load_register
from ingestion.readers.narrative.relations import find_breakdowns
from ingestion.readers.narrative.scanner import scan
from ingestion.readers.narrative.setting import Setting, read_setting
from ingestion.written.programme_words import this_register

__all__ = ["Mention", "NarrativeContext", "NarrativeResult", "NotReadable", "Relation", "judge_relation", "read_narrative"]


@dataclass(frozen=True)
class NarrativeContext:
    """What is known about a text from outside: the unit claimed by its place and the day it was received."""

    unit_key: str | None = None
    received_on: datetime.date | None = None
    register: Path = field(default_factory=this_register)


@dataclass(frozen=True)
class NarrativeResult:
    """A narrative as read: mentions in order, stated relations, the numbers left aside with the reason, setting, text."""

    mentions: list[Mention]
    relations: list[Relation]
    skipped: list[Skipped]
    setting: Setting
    document: Document

    @property
    def figures(self) -> list[Mention]:
        """The mentions without repetitions: what ``kc read`` prints."""
        return [m for m in self.mentions if m.repeat_of is None]


def read_narrative(data: bytes, name: str, context: NarrativeContext | None = None) -> NarrativeResult:
    """Read a narrative of given bytes and file name; raises NotReadable (code, vi, en) when it cannot be read."""
    known = context or NarrativeContext()
    register = load_register(known.register)
    document = read_document(data, name, register)
    folded = fold(document.text)
    setting = read_setting(document, folded, register, known.unit_key, known.received_on)
    quantities, skipped = scan(document, register)
    mentions = name_all(document, folded, quantities, setting, register)
    relations = find_breakdowns(document, folded, mentions, register)
    relations += find_percentages(document, folded, mentions, register)
    return NarrativeResult(mentions, relations, skipped, setting, document)
