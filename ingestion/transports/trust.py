"""Whose certificates are believed: those that the machine believes, and the authorities of the secret `authorities.pem`."""

from __future__ import annotations

import ssl

from ingestion.transports.seen import Trouble
from ingestion.transports.sources import Source


def trusting_context(source: Source) -> ssl.SSLContext:
    """A TLS context that checks chain and host name; a province with an authority of its own stands in `authorities.pem`."""
    context = ssl.create_default_context()
    authorities = source.shared_secret("authorities.pem")
    if authorities:
        try:
            context.load_verify_locations(cadata=authorities)
        except ssl.SSLError as error:
            raise Trouble("secret_unclear", reason="authorities.pem", expected="PEM") from error
    return context
