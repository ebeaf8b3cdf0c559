"""What every test shares: no telemetry, no settings of the person who runs the tests, and the reference material."""

import os
from pathlib import Path

import hypothesis
import pytest

from warehouse.telemetry import TELEMETRY_OFF

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"

os.environ.update(TELEMETRY_OFF)
# How long an example takes says how busy the machine is, and nothing about the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
for name in ("KC_HOME", "KC_DATABASE_URL", "KC_INBOX", "KC_SMTP", "KC_SMTP_TLS", "KC_SMTP_LOGIN", "KC_MAIL_FROM"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the repository; a test that needs it is skipped where it is not."""
    if not SHARED.is_dir():
        pytest.skip(f"the reference material is not there: {SHARED}")
    return SHARED
