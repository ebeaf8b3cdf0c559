"""A mailbox: `imaps://account@host:port/MAILBOX`; the secret is the password. Attachments are the files.

The mailbox is opened read-only and messages are peeked at, so that nothing is marked as read. A mailbox belongs to one unit: what
a mail says of its sender proves nothing.
"""

from __future__ import annotations

import email
import imaplib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.utils import parseaddr
from functools import partial
from typing import Any
from urllib.parse import unquote

from ingestion.transports.seen import Content, Known, Look, SeenFile, Trouble, place_of, told
from ingestion.transports.sources import Limits, Source, user_of
from ingestion.transports.trust import trusting_context

ANSWER_SECONDS = 60
EXAMPLE = "imaps://account@host.example:993/INBOX"
NAMED_PART = re.compile(rb'"(?:FILE)?NAME(?:\*\d*\*?)?"', re.IGNORECASE)
ENCODED = 1.5  # base64 and line ends: a message is up to this much larger than its file
WHOLE = "message"  # stands for a message that was not opened
BROKEN = (OSError, EOFError, imaplib.IMAP4.abort)


@contextmanager
def open_place(source: Source, known: Known, limits: Limits) -> Iterator[Look]:
    """Attachments of a mailbox's messages, as `<validity>-<uid>/<n>-<name>`; a message never changes, so it is fetched once.

    They came when the server took their message in (INTERNALDATE).
    """
    address = source.address(("imaps",), EXAMPLE)
    shown = f"imaps://{address.netloc}{address.path}"
    if source.unit_key is None:
        raise Trouble("unit_needed", where=shown)
    password, mailbox = source.secret(), unquote(address.path.strip("/")) or "INBOX"
    try:
        server = imaplib.IMAP4_SSL(
            address.hostname, address.port or 993, ssl_context=trusting_context(source), timeout=ANSWER_SECONDS
        )
    except ssl.SSLCertVerificationError as error:
        raise Trouble("certificate_refused", where=shown, reason=told(error)) from error
    except BROKEN as error:
        raise Trouble("unreachable", where=shown, reason=told(error)) from error
    try:
        validity = _enter(server, user_of(address), password, mailbox, shown)
        yield partial(_look, server, validity, shown, known, limits)
    finally:
        with suppress(*BROKEN, imaplib.IMAP4.error):
            server.logout()


def _enter(server: imaplib.IMAP4_SSL, user: str, password: str, mailbox: str, shown: str) -> str:
    """Log in and open the mailbox read-only (EXAMINE); returns its UIDVALIDITY."""
    try:
        server.login(user, password)
    except BROKEN as error:
        raise Trouble("unreachable", where=shown, reason=told(error)) from error
    except imaplib.IMAP4.error as error:
        raise Trouble("password_refused", where=shown) from error
    try:
        answer, _ = server.select('"' + mailbox.replace('"', "") + '"', readonly=True)
    except BROKEN as error:
        raise Trouble("unreachable", where=shown, reason=told(error)) from error
    except imaplib.IMAP4.error as error:
        raise Trouble("place_absent", where=shown) from error
    if answer != "OK":
        raise Trouble("place_absent", where=shown)
    return server.response("UIDVALIDITY")[1][0].decode()


def _look(server: imaplib.IMAP4_SSL, validity: str, shown: str, known: Known, limits: Limits) -> list[SeenFile]:
    try:
        server.noop()  # lets the server tell of mail that came since
        _, answers = server.uid("FETCH", "1:*", "(RFC822.SIZE BODYSTRUCTURE)")
        # Asked for apart: an answer with a structure holds names that a sender wrote.
        _, dated = server.uid("FETCH", "1:*", "(INTERNALDATE)")
    except BROKEN as error:
        raise Trouble("unreachable", where=shown, reason=told(error)) from error
    taken: dict[str, list[str]] = {}
    for location in known:
        taken.setdefault(location.partition("/")[0], []).append(location)
    came = dict(_moments(dated))
    seen = []
    for uid, byte_count, structure in _messages(answers):
        message = f"{validity}-{uid}"
        if message in taken:
            seen += [SeenFile(place, partial(_unread, place), version=known[place]) for place in taken[message]]
        elif NAMED_PART.search(structure):
            found = _attachments(server, uid, message, byte_count, limits)
            seen += [replace(file, received_at=came.get(uid)) for file in found]
    return seen


def _moments(answers: list[Any]) -> Iterator[tuple[str, datetime]]:
    """(uid, when the server took the message in) a message; the `Date` in a mail is its sender's word and is not read."""
    for answer in answers:
        line = answer if isinstance(answer, bytes) else b""
        uid, moment = re.search(rb"\bUID (\d+)", line), imaplib.Internaldate2tuple(line)
        if uid and moment:
            yield uid[1].decode(), datetime.fromtimestamp(time.mktime(moment), UTC)


def _messages(answers: list[Any]) -> Iterator[tuple[str, int, bytes]]:
    """(uid, size, structure) a message; a structure with a literal in it comes in pieces."""
    whole = b"".join(b" ".join(each) if isinstance(each, tuple) else each + b"\n" for each in answers if each)
    for part in re.split(rb"(?m)^(?=\d+ \()", whole):
        uid, size = re.search(rb"\bUID (\d+)", part), re.search(rb"\bRFC822\.SIZE (\d+)", part)
        if uid and size:
            yield uid[1].decode(), int(size[1]), part


def _attachments(server: imaplib.IMAP4_SSL, uid: str, message: str, byte_count: int, limits: Limits) -> list[SeenFile]:
    whole = f"{message}/{WHOLE}"
    if byte_count > limits.max_file_bytes * ENCODED:
        return [SeenFile(whole, partial(_unread, whole), byte_count=byte_count, version=uid)]
    try:
        _, answers = server.uid("FETCH", uid, "(BODY.PEEK[])")
        data = next(each[1] for each in answers if isinstance(each, tuple))
    except StopIteration:
        return [SeenFile(whole, partial(_failed, Trouble("file_gone", where=whole)))]
    except (*BROKEN, imaplib.IMAP4.error) as error:
        return [SeenFile(whole, partial(_failed, Trouble("file_cut", where=whole, reason=told(error))))]
    parsed = email.message_from_bytes(data, policy=policy.default)
    sender = place_of(parseaddr(str(parsed.get("From", "")))[1]) or None
    found = []
    for number, part in enumerate(parsed.walk()):
        name = part.get_filename()
        if not name or part.is_multipart():
            continue
        name = re.sub(r"[\x00-\x1f/\\]", "_", place_of(name))
        content = Content(part.get_payload(decode=True) or b"", uid)
        place = f"{message}/{number}-{name}"
        found.append(SeenFile(place, lambda _, c=content: c, len(content.data), uid, sender=sender))
    return found


def _unread(place: str, version: str | None) -> None:
    return None


def _failed(trouble: Trouble, version: str | None) -> Content:
    raise trouble
