"""An S3-compatible store: `https://endpoint/bucket/prefix`; the secret is `key_id:secret_key`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import aiohttp
import botocore.exceptions
from fsspec.asyn import sync
from s3fs import S3FileSystem

from ingestion.transports.seen import Content, Known, Look, SeenFile, Trouble, place_of, told
from ingestion.transports.sources import Limits, Source
from ingestion.transports.tree import is_left_alone, walk

CONNECT_SECONDS, ANSWER_SECONDS = 15, 60
EXAMPLE = "https://s3.example/bucket/prefix"
BROKEN = (botocore.exceptions.BotoCoreError, aiohttp.ClientError, OSError, TimeoutError)


@contextmanager
def open_place(source: Source, known: Known, limits: Limits) -> Iterator[Look]:
    """Objects below a prefix of a bucket; an ETag already taken is not fetched again. The store says when each came."""
    address = source.address(("https", "http"), EXAMPLE)
    folder = address.path.strip("/")
    if not folder:
        raise Trouble("location_unclear", where=source.location, expected=EXAMPLE)
    key, colon, secret = source.secret().partition(":")
    if not colon:
        raise Trouble("secret_unclear", reason=source.secret_name, expected="key_id:secret_key")
    filesystem = S3FileSystem(
        key=key,
        secret=secret,
        endpoint_url=f"{address.scheme}://{address.netloc}",
        config_kwargs={
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": ANSWER_SECONDS,
            "retries": {"max_attempts": 1},
            "s3": {"addressing_style": "path"},
        },
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    filesystem.retries = 1  # the pull has its own tries
    yield partial(_look, filesystem, folder, source.location, limits)


def _look(filesystem: S3FileSystem, folder: str, shown: str, limits: Limits) -> list[SeenFile]:
    try:
        entries = list(_entries(filesystem, folder))
    except FileNotFoundError as error:
        raise Trouble("place_absent", where=shown) from error
    except PermissionError as error:
        raise Trouble("password_refused", where=shown) from error
    except BROKEN as error:
        raise Trouble("unreachable", where=shown, reason=told(error)) from error
    seen = []
    for entry in entries:
        place = PurePosixPath(entry["name"]).relative_to(folder)
        if place.parts and not is_left_alone(place):
            seen.append(
                SeenFile(
                    location=place_of(place.as_posix()),
                    read=partial(_read, filesystem, entry["name"], limits),
                    byte_count=entry["size"],
                    version=f"{entry['size']} {entry.get('ETag', '')}",
                    received_at=entry.get("LastModified"),
                )
            )
    return seen


def _entries(filesystem: S3FileSystem, folder: str) -> Iterator[dict[str, Any]]:
    """A prefix without objects is an empty inbox, as long as its bucket is there."""
    try:
        yield from walk(filesystem, folder)
    except FileNotFoundError:
        bucket = folder.partition("/")[0]
        if bucket == folder or not filesystem.exists(bucket):
            raise


def _read(filesystem: S3FileSystem, key: str, limits: Limits, version: str | None) -> Content:
    where = PurePosixPath(key).name
    try:
        return Content(sync(filesystem.loop, filesystem._cat_file, key, timeout=limits.file_seconds))
    except FileNotFoundError as error:
        raise Trouble("file_gone", where=where) from error
    except PermissionError as error:
        raise Trouble("file_denied", where=where) from error
    except BROKEN as error:
        raise Trouble("file_cut", where=where, reason=told(error)) from error
