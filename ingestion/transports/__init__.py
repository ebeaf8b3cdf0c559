"""Where reports arrive: each transport opens a place and gives a look at it, at the files that lie there now and a way to read one.

A transport only looks: it moves, renames, marks and deletes nothing. It knows no unit, no form and no database; what becomes of
what it sees stands in `ingestion/landing/pulling.py`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib import import_module

from ingestion.transports.seen import Content, Known, Look, SeenFile, Trouble
from ingestion.transports.sources import Limits, Source, read_limits, read_sources

__all__ = ["Content", "Known", "Limits", "Look", "SeenFile", "Source", "Trouble", "open_place", "read_limits", "read_sources"]

TRANSPORTS = ("folder", "sftp", "https", "s3", "imap")


def open_place(source: Source, known: Known, limits: Limits) -> AbstractContextManager[Look]:
    """Connect to a source; `look()` inside the context lists it anew each time.

    `known` is what earlier looks kept (location → version). Raises Trouble, on entering or in a look, when the place cannot be
    reached, refuses, or is not set up; reading a file raises Trouble for that file alone.
    """
    if source.transport not in TRANSPORTS:
        raise Trouble("transport_unknown", reason=source.transport, expected=", ".join(TRANSPORTS))
    # Imported when first asked: each brings a library of its own, and most installations use one or two.
    place: AbstractContextManager[Look] = import_module(f"ingestion.transports.{source.transport}").open_place(
        source, known, limits
    )
    return place
