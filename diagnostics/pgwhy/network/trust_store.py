"""Where trusted root certificates are kept: one file, or the machine's own store."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.network.certificate import parse
from pgwhy.values import dataclass

if TYPE_CHECKING:
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

    def load(self) -> crypto.X509Store:
        """The store as OpenSSL has it. Raises `Unreadable`."""
        from OpenSSL import crypto

        store = crypto.X509Store()
        if not (self.files or self.folders or self.windows):
            raise Unreadable(f"{self.words} was not found")
        try:
            for file in self.files:
                files.beginning(file, 1)  # OpenSSL would read a device without an end, and wait for a FIFO
                store.load_locations(str(file))
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
        named = [text for text in (file, folder) if text]
        return TrustStore(
            f"the system's store ({', '.join(named)})",
            files=(Path(file),) if file else (),
            folders=tuple(Path(part) for part in folder.split(":" if machine.platform != "win32" else ";"))
            if folder
            else (),
        )
    if machine.platform == "win32":
        return TrustStore("the store of Windows", windows=sys.platform == "win32")
    for place in _BUNDLES:
        if place.is_file():
            return TrustStore(f"the system's store ({place})", files=(place,))
    return TrustStore("the system's store")


def system_file(machine: Machine) -> str:
    """The machine's own store as a file that `sslrootcert` can name; empty where it has none."""
    return next((str(file) for file in system(machine).files), "")


def _read(file: Path) -> list[bytes]:
    try:
        blocks = _PEM.findall(files.content(file))
    except OSError:
        return []
    found = []
    for block in blocks:
        with contextlib.suppress(binascii.Error):  # one broken block does not spoil the rest
            found.append(base64.b64decode(block))
    return found


def _why(missing: bool) -> str:
    return "does not exist" if missing else "holds no certificate that can be read"


def _windows_roots() -> list[bytes]:
    import ssl

    listing = getattr(ssl, "enum_certificates", None)  # there is none elsewhere
    return [der for der, encoding, _ in listing("ROOT") if encoding == "x509_asn"] if listing else []


_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/ca-bundle.pem"),
    Path("/etc/ssl/cert.pem"),
    Path("/usr/local/etc/openssl/cert.pem"),
)
"""neon.com/docs/connect/connect-securely#location-of-system-root-certificates, and Homebrew's."""
