"""A web server: `https://host/folder/` (an index page whose links are the files) or the address of one file.

The secret is a bearer token; a source without one is public. Redirects are not followed: the token goes to this server only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
from fsspec.asyn import sync
from fsspec.implementations.http import HTTPFileSystem

from ingestion.transports.seen import Content, Known, Look, SeenFile, Trouble, place_of, told
from ingestion.transports.sources import Limits, Source
from ingestion.transports.tree import is_left_alone, walk
from ingestion.transports.trust import trusting_context

CONNECT_SECONDS, ANSWER_SECONDS = 15, 60
EXAMPLE = "https://host.example/bao-cao/"
NO_RIGHT, NOT_THERE = (401, 403, 407), (404, 410)
BROKEN = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


class Answer(Exception):
    """An answer of the server that is no file: its status."""


@contextmanager
def open_place(source: Source, known: Known, limits: Limits) -> Iterator[Look]:
    """Files that an index page links to, below it. A file known by its ETag is asked for with If-None-Match and not sent again."""
    address = source.address(("https",), EXAMPLE).geturl()
    headers = {"Accept-Encoding": "identity"}
    if source.secret_name:
        headers["Authorization"] = f"Bearer {source.secret()}"
    context = trusting_context(source)

    async def client(loop: Any) -> aiohttp.ClientSession:
        timeout = aiohttp.ClientTimeout(total=limits.file_seconds, sock_connect=CONNECT_SECONDS, sock_read=ANSWER_SECONDS)
        connector = aiohttp.TCPConnector(ssl=context)
        return aiohttp.ClientSession(connector=connector, headers=headers, timeout=timeout, raise_for_status=_judge)

    filesystem = HTTPFileSystem(simple_links=False, get_client=client, allow_redirects=False, skip_instance_cache=True)
    try:
        yield partial(_look, filesystem, address, limits)
    finally:
        if filesystem._session is not None:
            sync(filesystem.loop, filesystem._session.close, timeout=5)


async def _judge(response: aiohttp.ClientResponse) -> None:
    if response.status not in (200, 304):
        raise Answer(response.status)


def _look(filesystem: HTTPFileSystem, address: str, limits: Limits) -> list[SeenFile]:
    if not address.endswith("/"):
        return [_seen(filesystem, address, PurePosixPath(unquote(urlsplit(address).path)).name, limits)]
    try:
        links = [entry["name"] for entry in walk(filesystem, address)]
    except Answer as answer:
        raise _source_trouble(answer.args[0], address) from answer
    except FileNotFoundError as error:
        raise Trouble("place_absent", where=address) from error
    except aiohttp.ClientConnectorSSLError as error:
        raise Trouble("certificate_refused", where=address, reason=told(error)) from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise Trouble("certificate_refused", where=address, reason=told(error)) from error
    except BROKEN as error:
        raise Trouble("unreachable", where=address, reason=told(error)) from error
    seen = []
    for link in dict.fromkeys(links):
        place = PurePosixPath(unquote(link.removeprefix(address)))
        is_below = link.startswith(address) and "?" not in link and "#" not in link and ".." not in place.parts
        if is_below and not is_left_alone(place):
            seen.append(_seen(filesystem, link, place.as_posix(), limits))
    return seen


def _seen(filesystem: HTTPFileSystem, link: str, path: str, limits: Limits) -> SeenFile:
    name = place_of(path)
    return SeenFile(name, partial(_read, filesystem, link, name, limits.max_file_bytes), may_grow=True)


def _read(filesystem: HTTPFileSystem, link: str, name: str, most: int, version: str | None) -> Content | None:
    try:
        content: Content | None = sync(filesystem.loop, _get, filesystem, link, name, most, version)
        return content
    except Answer as answer:
        status = answer.args[0]
        if status == 401:  # a token that has expired has expired for every file
            raise _source_trouble(status, link) from answer
        code = "file_denied" if status in NO_RIGHT else "file_gone" if status in NOT_THERE else "file_cut"
        raise Trouble(code, where=name, reason=f"HTTP {status}") from answer
    except BROKEN as error:
        raise Trouble("file_cut", where=name, reason=told(error)) from error


async def _get(filesystem: HTTPFileSystem, link: str, name: str, most: int, version: str | None) -> Content | None:
    session = await filesystem.set_session()
    headers = {"If-None-Match": version} if version else {}
    async with session.get(filesystem.encode_url(link), headers=headers, allow_redirects=False) as response:
        if response.status == 304:
            return None
        data = bytearray()
        async for piece in response.content.iter_chunked(1 << 16):
            data += piece
            if len(data) > most:
                raise Trouble("file_over_cap", where=name, reason=response.content_length or f"> {most}", expected=most)
        return Content(bytes(data), response.headers.get("ETag"))


def _source_trouble(status: int, address: str) -> Trouble:
    if status in NO_RIGHT:
        return Trouble("token_refused", where=address, reason=f"HTTP {status}")
    code = "place_absent" if status in NOT_THERE or 300 <= status < 400 else "unreachable"
    return Trouble(code, where=f"{address} (HTTP {status})", reason=f"HTTP {status}")
