"""Real servers on loopback for tests: OpenSSH, dovecot, a web server with a chain of certificates, S3, SMTP, a broken wire.

Where a server's Debian package (openssh-server with libnss-wrapper, dovecot-imapd) is not on the machine, or the test does not run
as root, which accounts and chroot need, the test is skipped with the reason.
"""

from __future__ import annotations

import contextlib
import datetime
import email
import email.policy
import hashlib
import ipaddress
import itertools
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
NSS_WRAPPER = next(Path("/usr/lib").glob("*/libnss_wrapper.so"), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    """Until something listens on a port; raises with the server's own words when it ends instead."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')[-3000:]}")


def skip_without(package: str, *paths: str | Path | None) -> None:
    """Skip, saying why, where a server is not installed or cannot be run."""
    if not all(path and Path(path).exists() for path in paths):
        pytest.skip(f"NOT TESTED: {package} is not on this machine (apt-get install {package})")
    if os.geteuid() != 0:
        pytest.skip(f"NOT TESTED: {package} needs root here, for its accounts")


# ---------------------------------------------------------------------------------------------------------- OpenSSH


@dataclass
class SFTPServer:
    """A running sshd: each account has its own chroot, in which `inbox` is its own folder."""

    port: int
    root: Path
    host_key: str
    passwords: dict[str, str]

    @property
    def known_hosts(self) -> str:
        return f"[{HOST}]:{self.port} {self.host_key}"

    def inbox(self, account: str) -> Path:
        return self.root / account / "inbox"

    def put(self, account: str, name: str, data: bytes) -> Path:
        """Lay a file into an account's inbox, as its owner."""
        path = self.inbox(account) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path


def _hashed(password: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import crypt  # leaves with Python 3.13, and the project runs on 3.11
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_SHA512))


@contextlib.contextmanager
def openssh(folder: Path, accounts: dict[str, str], public_keys: dict[str, str]) -> Iterator[SFTPServer]:
    """sshd with internal-sftp and an account a unit (name → password), known to it alone (nss_wrapper), each in its chroot."""
    skip_without("openssh-server libnss-wrapper", "/usr/sbin/sshd", NSS_WRAPPER)
    # sshd wants every folder above a chroot owned by root and writable by nobody else, which /tmp is not.
    root = Path(tempfile.mkdtemp(prefix="kc-sftp-", dir="/var/lib"))
    root.chmod(0o755)
    Path("/run/sshd").mkdir(exist_ok=True)
    users = ["root:x:0:0:root:/root:/bin/sh", "sshd:x:64999:64999::/run/sshd:/usr/sbin/nologin"]
    groups = ["root:x:0:", "sshd:x:64999:"]
    try:
        for number, (account, password) in enumerate(accounts.items(), 65001):
            hashed = _hashed(password)
            users.append(f"{account}:{hashed}:{number}:{number}::/:/bin/sh")
            groups.append(f"{account}:x:{number}:")
            (root / account / "inbox").mkdir(parents=True)
            os.chown(root / account / "inbox", number, number)
        passwd, group, keys = folder / "passwd", folder / "group", root / ".keys"
        passwd.write_text("\n".join(users) + "\n")
        group.write_text("\n".join(groups) + "\n")
        keys.mkdir()
        for account, key in public_keys.items():
            (keys / account).write_text(key + "\n")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "host_key"], check=True)
        port = free_port()
        config = folder / "sshd_config"
        config.write_text(
            f"Port {port}\nListenAddress {HOST}\nHostKey {folder}/host_key\nPidFile none\nUsePAM no\nStrictModes no\n"
            f"AuthorizedKeysFile {keys}/%u\nPasswordAuthentication yes\nPermitRootLogin no\nMaxStartups 100\n"
            f"Subsystem sftp internal-sftp\nForceCommand internal-sftp\nChrootDirectory {root}/%u\n"
        )
        environment = {
            "LD_PRELOAD": str(NSS_WRAPPER), "NSS_WRAPPER_PASSWD": str(passwd), "NSS_WRAPPER_GROUP": str(group), "PATH": os.defpath,
        }  # fmt: skip
        log = folder / "sshd.log"
        with log.open("w") as out:
            process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", config], env=environment, stderr=out, stdout=out)
        try:
            wait_for(port, process, log)
            host_key = " ".join((folder / "host_key.pub").read_text().split()[:2])
            yield SFTPServer(port, root, host_key, accounts)
        finally:
            process.terminate()
            process.wait(10)
    finally:
        shutil.rmtree(root)


# ------------------------------------------------------------------------------------------------------ certificates


@dataclass
class Chain:
    """A certificate for 127.0.0.1 below an intermediate below a root: `authority` is the root (PEM), the files are a server's."""

    authority: str
    certificate: Path
    key: Path


def certificate_chain(folder: Path) -> Chain:
    """Make a root, an intermediate and a server's certificate, valid from yesterday for a week."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)

    def made(name: str, issuer: x509.Certificate | None, issuer_key: ec.EllipticCurvePrivateKey | None, is_authority: bool):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=6))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer_key or key).public_key()), critical=False
            )
        )
        if not is_authority:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(issuer_key or key, hashes.SHA256()), key

    root, root_key = made("Test root", None, None, True)
    between, between_key = made("Test intermediate", root, root_key, True)
    leaf, leaf_key = made("Test server", between, between_key, False)
    certificate, key = folder / "chain.pem", folder / "key.pem"
    certificate.write_bytes(b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (leaf, between)))
    key.write_bytes(
        leaf_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    key.chmod(0o600)
    return Chain(root.public_bytes(serialization.Encoding.PEM).decode(), certificate, key)


# -------------------------------------------------------------------------------------------------------------- HTTPS


@dataclass
class WebServer:
    """A running web server: `files` (path → bytes) below `/in/`, for who shows the token; `sent` notes what was sent.

    What is `absent` is listed and answers 404; what is `cut` breaks off half-way; what is `growing` is longer each time; what
    is `slow` comes a byte at a time.
    """

    port: int = 0
    token: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    growing: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)

    @property
    def location(self) -> str:
        return f"https://{HOST}:{self.port}/in/"


@contextlib.contextmanager
def web(chain: Chain, token: str) -> Iterator[WebServer]:
    """Serve index pages and files over TLS, with ETags."""
    state = WebServer(token=token)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.headers.get("Authorization") != f"Bearer {state.token}":
                return self.answer(401, b"")
            path = unquote(self.path).removeprefix("/in/")
            if path.endswith("/") or not path:
                return self.index(path)
            if path not in state.files or path in state.absent:
                return self.answer(404, b"")
            data = state.files[path]
            if path in state.growing:
                state.files[path] = data + b"x"
            tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
            if self.headers.get("If-None-Match") == tag:
                return self.answer(304, b"", tag)
            state.sent.append(path)
            return self.answer(200, data, tag, is_cut=path in state.cut, is_slow=path in state.slow)

        def index(self, folder: str) -> None:
            below = {path.removeprefix(folder) for path in state.files if path.startswith(folder)}
            if folder and not below:
                return self.answer(404, b"")
            names = sorted({name.partition("/")[0] + "/" * ("/" in name) for name in below})
            links = "".join(f'<a href="{quote(name)}">{name}</a>\n' for name in ("../", *names))
            page = f'<html><a href="?C=N;O=D">Name</a><a href="https://other.invalid/a.xlsx">a</a>{links}</html>'
            return self.answer(200, page.encode(), kind="text/html; charset=utf-8")

        def answer(self, status: int, data: bytes, tag="", kind="application/octet-stream", is_cut=False, is_slow=False):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if status != 304:
                self.send_header("Content-Length", str(len(data)))
            if tag:
                self.send_header("ETag", tag)
            self.send_header("Last-Modified", "Wed, 01 Jan 2020 00:00:00 GMT")  # the time of a file, which its sender can set
            self.end_headers()
            for at in range(len(data) if is_slow else 0):
                time.sleep(0.2)
                self.wfile.write(data[at : at + 1])
            self.wfile.write(b"" if is_slow else data[: len(data) // 2] if is_cut else data)
            self.close_connection = is_cut

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain.certificate, chain.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # a client that refuses the certificate is what some tests want
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


# ----------------------------------------------------------------------------------------------------------------- S3


@contextlib.contextmanager
def s3_store() -> Iterator[str]:
    """moto's server; gives its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    try:
        yield f"http://{HOST}:{server.get_host_and_port()[1]}"
    finally:
        server.stop()


def ask_for_keys(address: str) -> None:
    """From now on the store knows nobody's key."""
    request = urllib.request.Request(f"{address}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(request).close()


# --------------------------------------------------------------------------------------------------------------- IMAP


@contextlib.contextmanager
def dovecot(folder: Path, chain: Chain, accounts: dict[str, str]) -> Iterator[int]:
    """dovecot over TLS with an account a unit (name → password); gives its port."""
    skip_without("dovecot-imapd", "/usr/sbin/dovecot", "/usr/lib/dovecot/imap")
    # Its sockets have long names, and a socket's path may have 107 letters.
    base = Path(tempfile.mkdtemp(prefix="kc-imap-", dir="/run"))
    port, log = free_port(), folder / "dovecot.log"
    try:
        base.chmod(0o755)
        mail = base / "mail"
        mail.mkdir()
        users = base / "users"
        users.write_text("".join(f"{account}:{{PLAIN}}{password}\n" for account, password in accounts.items()))
        shutil.chown(users, "dovecot")
        users.chmod(0o600)
        shutil.chown(mail, "mail", "mail")
        config = folder / "dovecot.conf"
        config.write_text(
            f"base_dir = {base}/run\nlog_path = {log}\nprotocols = imap\nlisten = {HOST}\nssl = required\n"
            f"ssl_cert = <{chain.certificate}\nssl_key = <{chain.key}\nauth_failure_delay = 0\nfirst_valid_uid = 0\n"
            f"mail_location = maildir:{mail}/%u\n"
            f"passdb {{\n  driver = passwd-file\n  args = {users}\n}}\n"
            "userdb {\n  driver = static\n  args = uid=mail gid=mail home=/nonexistent\n}\n"
            "service imap-login {\n  inet_listener imap {\n    port = 0\n  }\n"
            f"  inet_listener imaps {{\n    port = {port}\n    ssl = yes\n  }}\n}}\n"
        )
        with (folder / "dovecot.out").open("w") as out:
            process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", config], stdout=out, stderr=out)
        try:
            wait_for(port, process, folder / "dovecot.out")
            yield port
        finally:
            process.terminate()
            process.wait(10)
    finally:
        shutil.rmtree(base)


# --------------------------------------------------------------------------------------------------------------- SMTP


@dataclass
class MailSink:
    """A running SMTP server that keeps what it is sent: (envelope recipients, message). Who is in `refused` gets a 550."""

    port: int = 0
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def to(self, recipient: str) -> list[EmailMessage]:
        return [message for recipients, message in self.mails if recipient in recipients]

    # The names of the two are those of the protocol's commands, which aiosmtpd calls.
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return f"550 no such mailbox {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((list(envelope.rcpt_tos), message))
        return "250 kept"


@contextlib.contextmanager
def mail_sink(port: int = 0, chain: Chain | None = None, login: tuple[str, str] | None = None) -> Iterator[MailSink]:
    """aiosmtpd on loopback; with a chain only after STARTTLS, with a login only for who knows it."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    sink = MailSink(port or free_port())
    options: dict = {}
    if chain:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain.certificate, chain.key)
        options |= {"tls_context": context, "require_starttls": True}
    if login:
        pair = tuple(each.encode() for each in login)

        def known(server, session, envelope, mechanism, data):
            return AuthResult(success=(data.login, data.password) == pair, handled=False)

        options |= {"authenticator": known, "auth_required": True, "auth_require_tls": chain is not None}
    controller = Controller(sink, hostname=HOST, port=sink.port, **options)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


# -------------------------------------------------------------------------------------------------------- a broken wire


@contextlib.contextmanager
def broken_wire(port: int, bytes_until_cut: int, n_cuts: int | None = None) -> Iterator[int]:
    """A way to a port of this machine that breaks each connection (the first `n_cuts`) once so many bytes came back."""
    listener = socket.create_server((HOST, 0))
    connections = itertools.count(1)

    def carry(source: socket.socket, target: socket.socket, most: int | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                if most is not None:
                    data, most = data[:most], most - len(data)
                target.sendall(data)
                if most is not None and most <= 0:
                    break
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                is_cut = n_cuts is None or next(connections) <= n_cuts
                server = socket.create_connection((HOST, port))
                threading.Thread(target=carry, args=(client, server, None), daemon=True).start()
                threading.Thread(target=carry, args=(server, client, bytes_until_cut if is_cut else None), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
