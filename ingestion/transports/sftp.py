"""An SFTP server: `sftp://account@host:port/folder`; the secret is a password or a private key.

Host keys are checked against the secret `known_hosts` (OpenSSH's format) and never learnt on the way.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import SplitResult, unquote

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

from ingestion.transports.seen import Content, Known, Look, SeenFile, Trouble, place_of, told
from ingestion.transports.sources import Limits, Source, user_of
from ingestion.transports.tree import is_left_alone, walk

CONNECT_SECONDS, ANSWER_SECONDS, PIECE = 15, 60, 1 << 15
EXAMPLE = "sftp://account@host.example:22/folder"
BROKEN = (OSError, EOFError, paramiko.SSHException)


class AnyNames(paramiko.SFTPClient):
    """paramiko's client for names that are no UTF-8: its own way cannot list a folder that holds one."""

    def _request(self, kind: int, *parts: object) -> tuple[int, paramiko.Message]:
        kind, message = super()._request(kind, *parts)
        message.get_text = lambda: message.get_string().decode("utf-8", "surrogateescape")
        return kind, message

    def _adjust_cwd(self, path: str | bytes) -> bytes:
        return super()._adjust_cwd(path.encode("utf-8", "surrogateescape") if isinstance(path, str) else path)


class CheckedSFTP(SFTPFileSystem):
    """fsspec's SFTP with host keys that are known beforehand; its own way adds whatever key a server shows."""

    def ls(self, path: str, detail: bool = False) -> list[Any]:
        entries = [self._decode_stat(entry, path) for entry in self.ftp.listdir_attr(path)]
        return entries if detail else sorted(entry["name"] for entry in entries)

    def _connect(self) -> None:
        known_hosts = self.ssh_kwargs.pop("known_hosts")
        self.client = paramiko.SSHClient()
        for line in known_hosts.splitlines():
            with suppress(InvalidHostKey):
                entry = HostKeyEntry.from_line(line)
                for host in entry.hostnames if entry else ():
                    self.client.get_host_keys().add(host, entry.key.get_name(), entry.key)
        self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
        self.client.connect(self.host, **self.ssh_kwargs)
        self.ftp = AnyNames.from_transport(self.client.get_transport())
        self.ftp.get_channel().settimeout(ANSWER_SECONDS)


@contextmanager
def open_place(source: Source, known: Known, limits: Limits) -> Iterator[Look]:
    """Files below the folder of an account. Size and time of change say whether a file is the one already taken."""
    address = source.address(("sftp",), EXAMPLE)
    filesystem = _connect(source, address, source.secret())
    try:
        yield partial(_look, filesystem, unquote(address.path) or ".", _shown(address), limits)
    finally:
        filesystem.client.close()


def _shown(address: SplitResult) -> str:
    return f"{address.scheme}://{address.netloc}{address.path}"


def _connect(source: Source, address: SplitResult, secret: str) -> CheckedSFTP:
    port = address.port or 22
    known_hosts = source.shared_secret("known_hosts") or ""
    name = address.hostname if port == 22 else f"[{address.hostname}]:{port}"
    given = {"pkey": _private_key(source, secret)} if secret.startswith("-----BEGIN") else {"password": secret}
    try:
        return CheckedSFTP(
            address.hostname, port=port, username=user_of(address), known_hosts=known_hosts, look_for_keys=False,
            allow_agent=False, timeout=CONNECT_SECONDS, banner_timeout=CONNECT_SECONDS, auth_timeout=CONNECT_SECONDS,
            channel_timeout=ANSWER_SECONDS, skip_instance_cache=True, **given,
        )  # fmt: skip
    except paramiko.BadHostKeyException as error:
        raise Trouble("host_key_other", where=name) from error
    except paramiko.AuthenticationException as error:
        raise Trouble("password_refused", where=_shown(address)) from error
    except BROKEN as error:
        if "not found in known_hosts" in str(error):
            raise Trouble("host_key_unknown", where=name) from error
        raise Trouble("unreachable", where=name, reason=told(error)) from error


def _private_key(source: Source, secret: str) -> paramiko.PKey:
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(secret + "\n"))
    raise Trouble("secret_unclear", reason=source.secret_name, expected="Ed25519, ECDSA, RSA (OpenSSH, PEM)")


def _look(filesystem: CheckedSFTP, folder: str, shown: str, limits: Limits) -> list[SeenFile]:
    try:
        entries = list(walk(filesystem, folder))
    except FileNotFoundError as error:
        raise Trouble("place_absent", where=shown) from error
    except PermissionError as error:
        raise Trouble("place_absent", where=f"{shown} ({told(error)})") from error
    except BROKEN as error:
        raise Trouble("unreachable", where=shown, reason=told(error)) from error
    seen = []
    for entry in entries:
        place = PurePosixPath(entry["name"]).relative_to(folder)
        if is_left_alone(place):
            continue
        is_file = entry["type"] == "file"
        seen.append(
            SeenFile(
                location=place_of(place.as_posix()),
                read=partial(_read, filesystem, entry, limits),
                byte_count=entry["size"] if is_file else None,
                version=f"{entry['size']} {entry['mtime'].isoformat()}" if is_file else None,
                may_grow=is_file,
            )
        )
    return seen


def _read(filesystem: CheckedSFTP, entry: dict[str, Any], limits: Limits, version: str | None) -> Content:
    where, most, began = PurePosixPath(entry["name"]).name, limits.max_file_bytes, time.monotonic()
    try:
        with filesystem.ftp.open(entry["name"], "rb") as file:
            if entry["size"]:
                file.prefetch(min(entry["size"], most + 1))
            data = bytearray()
            while len(data) <= most and (piece := file.read(PIECE)):
                data += piece
                if time.monotonic() - began > limits.file_seconds:
                    raise TimeoutError(f"{limits.file_seconds:.0f} s")
            return Content(bytes(data))
    except FileNotFoundError as error:
        raise Trouble("file_gone", where=where) from error
    except PermissionError as error:
        raise Trouble("file_denied", where=where) from error
    except BROKEN as error:
        raise Trouble("file_cut", where=where, reason=told(error)) from error
