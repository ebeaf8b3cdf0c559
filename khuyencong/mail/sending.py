"""The way to the mail server, and a mail as a message: plain text, Vietnamese then English."""

from __future__ import annotations

import contextlib
import hashlib
import smtplib
import ssl
from collections.abc import Callable, Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from khuyencong.mail.contacts import ADDRESS
from khuyencong.mail.words import one_line
from warehouse.settings import TIMEZONE, Settings, in_its_words, read_secret

if TYPE_CHECKING:
    from khuyencong.mail.mail import Mail

SECONDS = 30
NEAR = ("127.0.0.1", "localhost", "::1")
SENDER_NAME = "Kho dữ liệu {programme_name}"


class MailServerError(Exception):
    """No mail can be sent now: nothing is set, the server cannot be reached, or it refuses us. In one sentence."""


class Refusal(Exception):
    """The server refused this one mail; others may go."""


@contextlib.contextmanager
def open_server(settings: Settings) -> Iterator[Callable[[Mail], None]]:
    """A connection to the server of the settings: a function that sends one mail, raising Refusal for that mail alone.

    Raises MailServerError, on entering or in between, when no mail can be sent.
    """
    sender, (host, port) = _sender(settings), _address(settings)
    try:
        with _connected(settings, host, port) as server:

            def send(mail: Mail) -> None:
                if not ADDRESS.fullmatch(mail.recipient):  # a row that somebody wrote by hand
                    raise Refusal("The recipient is no plain address.")
                try:
                    server.send_message(as_message(mail, sender), from_addr=sender, to_addrs=[mail.recipient])
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
                    with contextlib.suppress(smtplib.SMTPServerDisconnected):
                        server.rset()
                    raise Refusal(_told(error)) from error

            yield send
    except (OSError, smtplib.SMTPException) as error:  # ssl.SSLError is an OSError
        raise MailServerError(f"{host}:{port}: {_told(error)}") from error


def as_message(mail: Mail, sender: str) -> EmailMessage:
    """The mail as a message. The reason makes the Message-ID, so a mail that is sent again is known as the same one."""
    message = EmailMessage(policy=SMTP)
    name, _, domain = sender.partition("@")
    message["From"] = Address(in_its_words(SENDER_NAME), name, domain)
    message["To"] = mail.recipient
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(mail.written_at.astimezone(TIMEZONE))
    message["Message-ID"] = f"<{hashlib.sha256(mail.dedup_key.encode()).hexdigest()[:32]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, charset="utf-8", cte="quoted-printable")
    return message


@contextlib.contextmanager
def _connected(settings: Settings, host: str, port: int) -> Iterator[smtplib.SMTP]:
    tls = settings.smtp_tls
    if tls not in (None, "starttls", "tls"):
        raise MailServerError(f"KC_SMTP_TLS is {tls!r}: write starttls or tls, or leave it out.")
    if settings.smtp_login and tls is None and host not in NEAR:
        raise MailServerError("KC_SMTP_LOGIN without KC_SMTP_TLS: a password is not sent in clear text beyond this machine.")
    context = _trusting(settings) if tls else None
    with _open(host, port, context if tls == "tls" else None) as server:
        if tls == "starttls":
            server.starttls(context=context)
        if settings.smtp_login:
            try:
                user, _, password = read_secret(settings, settings.smtp_login).partition(":")
            except LookupError as missing:
                raise MailServerError(str(missing)) from missing
            server.login(user, password)
        yield server


def _open(host: str, port: int, context: ssl.SSLContext | None) -> smtplib.SMTP:
    if context:
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    return smtplib.SMTP(host, port, timeout=SECONDS)


def _trusting(settings: Settings) -> ssl.SSLContext:
    """Authorities of the machine, and those of the secret authorities.pem."""
    context = ssl.create_default_context()
    with contextlib.suppress(LookupError):
        context.load_verify_locations(cadata=read_secret(settings, "authorities.pem"))
    return context


def _address(settings: Settings) -> tuple[str, int]:
    if not settings.smtp:
        raise MailServerError("KC_SMTP is not set: mail is written and kept, not sent.")
    host, _, port = settings.smtp.rpartition(":")
    if not host or not port.isdigit():
        raise MailServerError(f"KC_SMTP is {settings.smtp!r}: write host:port.")
    return host.strip("[]"), int(port)


def _sender(settings: Settings) -> str:
    if settings.smtp and not (settings.mail_from and ADDRESS.fullmatch(settings.mail_from)):
        raise MailServerError("KC_MAIL_FROM must be the plain address that mail comes from.")
    return settings.mail_from or ""


def _told(error: BaseException) -> str:
    """An error of the server in one line, without what was sent."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return one_line(f"{code} {text.decode(errors='replace')}")[:300]
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return one_line(f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}")[:300]
    return one_line(f"{type(error).__name__}: {error}")[:300]
