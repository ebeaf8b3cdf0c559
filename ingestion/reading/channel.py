"""What goes between the night and a reader of files: the job, then receipts one way and outcomes the other, as packed messages."""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

LENGTH = struct.Struct(">Q")


@dataclass(frozen=True)
class Job:
    """What a reader works with: its folders, CPU seconds a file, bytes of its whole memory and of what it may hand back."""

    landing: Path
    forms: Path
    register: Path
    seconds: float
    memory_bytes: int
    output_bytes: int


def send(channel: BinaryIO, message: Any) -> None:
    """Write one message."""
    send_packed(channel, pickle.dumps(message, pickle.HIGHEST_PROTOCOL))


def send_packed(channel: BinaryIO, packed: bytes) -> None:
    """Write one message that is packed already."""
    channel.write(LENGTH.pack(len(packed)))
    channel.write(packed)
    channel.flush()


def receive(channel: BinaryIO) -> Any:
    """The next message, None when the other end closed."""
    head = channel.read(LENGTH.size)
    return pickle.loads(channel.read(LENGTH.unpack(head)[0])) if len(head) == LENGTH.size else None
