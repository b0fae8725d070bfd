"""Where trusted root certificates are kept: one file, or the machine's own store."""

from __future__ import annotations

import base64
import binascii
import contextlib
import sys
import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.network.certificate import parse
from pgwhy.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography import x509
    from OpenSSL import crypto


class Unreadable(Exception):
    """A store that is not there, or that holds no certificates. Its text says which and why."""


@dataclass(frozen=True)
class TrustStore:
    """Root certificates, by the places that hold them. Nothing is read before `load`."""

    words: str
    """As a person would name it: a path, `the system's store (/etc/ssl/certs/ca-certificates.crt)`."""
    files: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    """Hashed folders, as SSL_CERT_DIR has them."""
    windows: bool = False
    """The store of Windows, which is no file."""

    def verify(self, chain: Sequence[crypto.X509], now: datetime) -> list[crypto.X509]:
        """Verify a chain, the server's own certificate first: the same up to the root, as OpenSSL built it.

        Raises `Unreadable`, and OpenSSL's own refusal.
        """
        from OpenSSL import crypto

        return crypto.X509StoreContext(self._at(now), chain[0], chain[1:]).get_verified_chain()

    def _at(self, now: datetime) -> crypto.X509Store:
        """The store at this time, the one of before where nothing has changed: many targets are judged in a second."""
        now, state, places = now.astimezone(UTC), self.state(now), (self.files, self.folders)
        if state is None or places not in _loaded or _loaded[places][0] != state:
            store = self.load()
            store.set_time(now)  # only once: OpenSSL keeps the first. It reads a UTC time's fields, and no zone
            if len(_loaded) >= MOST_FILES:
                _loaded.clear()
            _loaded[places] = state, store
        return _loaded[places][1]

    def state(self, now: datetime) -> tuple[int, ...] | None:
        """The second, and what the system says of its places: with others it is another store. `None`: not known."""
        if self.windows:
            return None
        try:
            about = [each for path in (*self.files, *self.folders) for each in _about(path)]
        except OSError:
            return None
        # OpenSSL keeps what it has read in a folder, where a file with other content is not noticed.
        return int(now.timestamp()), int(time.monotonic()) if self.folders else 0, *about

    def load(self) -> crypto.X509Store:
        """The store as OpenSSL has it. Raises `Unreadable`."""
        from OpenSSL import crypto

        store = crypto.X509Store()
        if not (self.files or self.folders or self.windows):
            raise Unreadable(f"{self.words} was not found")
        try:
            for file in self.files:
                roots = _roots_of(file)
                if roots is None:
                    store.load_locations(str(file))
                for root in roots or ():
                    store.add_cert(root)
            for folder in self.folders:
                store.load_locations(None, str(folder))
        except files.Refused as problem:
            raise Unreadable(f"{problem.filename} cannot be read: {problem.strerror}") from None
        except (crypto.Error, OSError):
            missing = [str(path) for path in (*self.files, *self.folders) if not path.exists()]
            raise Unreadable(f"{', '.join(missing) or self.words} " + _why(bool(missing))) from None
        if self.windows:
            for der in _windows_roots():
                store.add_cert(crypto.load_certificate(crypto.FILETYPE_ASN1, der))
        return store

    def is_at_hand(self, now: datetime) -> bool:
        """It is loaded for this time, or was read before in this process: then it is loaded so soon that a loop does
        not notice."""
        if self.windows:
            return False
        if (self.files or not self.folders) and all(file in _read_before for file in self.files):
            return True
        loaded = _loaded.get((self.files, self.folders))
        return loaded is not None and loaded[0] is not None and loaded[0] == self.state(now)

    def certificates(self) -> list[x509.Certificate]:
        """Every root one by one; what cannot be read is left out."""
        ders = _windows_roots() if self.windows else [der for file in self._paths() for der in _read(file)]
        return [parsed for parsed in map(parse, ders) if parsed]

    def _paths(self) -> list[Path]:
        return [*self.files, *(file for folder in self.folders for file in sorted(folder.glob("*.[0-9]")))]


def one_file(path: Path) -> TrustStore:
    """The store that is one file, whether it exists or not."""
    return TrustStore(str(path), files=(path,))


def system(machine: Machine) -> TrustStore:
    """The store that OpenSSL of this machine has: SSL_CERT_FILE and SSL_CERT_DIR, else the platform's place.

    Never the build path of a wheel's own OpenSSL, where there is nothing (psycopg-binary: docs/neon.md, G-9).
    """
    file, folder = machine.environment.get("SSL_CERT_FILE"), machine.environment.get("SSL_CERT_DIR")
    if file or folder:
        return _named(file or "", folder or "", ":" if machine.platform != "win32" else ";")
    return _of_the_platform(machine)


@lru_cache(maxsize=16)
def _named(file: str, folder: str, between: str) -> TrustStore:
    return TrustStore(
        f"the system's store ({', '.join(filter(None, (file, folder)))})",
        files=(Path(file),) if file else (),
        folders=tuple(Path(part) for part in folder.split(between)) if folder else (),
    )


def of_node(machine: Machine) -> TrustStore:
    """What Node.js trusts: its bundled copy of Mozilla's list, and the file in NODE_EXTRA_CA_CERTS (its manual, CLI).

    The platform's own store is used in place of the bundled list, which no file holds. Node reads neither SSL_CERT_FILE
    nor SSL_CERT_DIR without `--use-openssl-ca`.
    """
    if "--use-openssl-ca" in machine.environment.get("NODE_OPTIONS", "").split():
        return system(machine)
    bundled, extra = _of_the_platform(machine), machine.environment.get("NODE_EXTRA_CA_CERTS")
    if not extra or not Path(extra).is_file():  # a file that is not there is a warning of Node's, and no more
        return replace(bundled, words="the list that Node.js brings along")
    words = f"the list that Node.js brings along, and {extra}"
    return replace(bundled, words=words, files=(*bundled.files, Path(extra)))


def _of_the_platform(machine: Machine) -> TrustStore:
    if machine.platform == "win32":
        return TrustStore("the store of Windows", windows=sys.platform == "win32")
    for place in _BUNDLES:
        if place.is_file():
            return TrustStore(f"the system's store ({place})", files=(place,))
    return TrustStore("the system's store")


def system_file(machine: Machine) -> str:
    """The machine's own store as a file that `sslrootcert` can name; empty where it has none."""
    return next((str(file) for file in system(machine).files), "")


def _roots_of(file: Path) -> tuple[crypto.X509, ...] | None:
    """As `_roots`. A file of which the system says the same as before is not read again. Raises `OSError`.

    `None` as well for a file that is met for the first time: a process that asks once is sooner done when OpenSSL reads
    it than when each certificate becomes an object.
    """
    state = _about(file)
    if _met.get(file) != state:
        for kept in (_met, _read_before):
            if len(kept) >= MOST_FILES:
                kept.clear()
        files.content(file)  # refused are devices, and what is too large
        _met[file] = state
        _read_before.pop(file, None)
        return None
    if file not in _read_before:
        _read_before[file] = _roots(files.content(file))
    return _read_before[file]


def _about(path: Path) -> tuple[int, ...]:
    about = path.stat()
    return about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


_loaded: dict[tuple[tuple[Path, ...], ...], tuple[tuple[int, ...] | None, crypto.X509Store]] = {}
MOST_FILES = 64
"""Files of roots that are remembered: of many targets each may name its own."""
_met: dict[Path, tuple[int, ...]] = {}
_read_before: dict[Path, tuple[crypto.X509, ...] | None] = {}


@lru_cache(maxsize=16)
def _roots(content: bytes) -> tuple[crypto.X509, ...] | None:
    """The certificates of a PEM file, made once in a process: to make those of the system takes as long as a login.

    `None` where it holds anything else, or one that is broken: OpenSSL then reads the file itself, and judges it.
    """
    from OpenSSL import crypto

    before, *blocks = (b"\n" + content).split(_BEGIN)
    found = []
    for block in blocks:
        body, end, behind = block.partition(_END)
        lines = before[-1:] == body[-1:] == b"\n" and body.lstrip(b"\r")[:1] == b"\n"
        if not lines or not end or b"-----" in behind:
            return None
        try:
            der = base64.b64decode(body.translate(None, b"\r\n"), validate=True)
            found.append(crypto.load_certificate(crypto.FILETYPE_ASN1, der))
        except (binascii.Error, crypto.Error):
            return None
        before = behind
    return tuple(found) or None


def _read(file: Path) -> list[bytes]:
    try:
        blocks = files.content(file).split(_BEGIN)[1:]
    except OSError:
        return []
    found = []
    for block in blocks:
        with contextlib.suppress(binascii.Error):  # one broken block does not spoil the rest
            found.append(base64.b64decode(block.partition(_END)[0]))
    return found


def _why(missing: bool) -> str:
    return "does not exist" if missing else "holds no certificate that can be read"


def _windows_roots() -> list[bytes]:
    import ssl

    listing = getattr(ssl, "enum_certificates", None)  # there is none elsewhere
    return [der for der, encoding, _ in listing("ROOT") if encoding == "x509_asn"] if listing else []


_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/ca-bundle.pem"),
    Path("/etc/ssl/cert.pem"),
    Path("/usr/local/etc/openssl/cert.pem"),
)
"""neon.com/docs/connect/connect-securely#location-of-system-root-certificates, and Homebrew's."""
