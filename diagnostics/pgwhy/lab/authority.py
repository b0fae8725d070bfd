"""A certificate authority of our own that imitates the real names, and makes every certificate fault on demand.

The names are those of Let's Encrypt, with "(pgwhy lab)" behind, because rules look at the issuer: a chain that is not
the provider's may be an interception. `cryptography` alone, because the authorities here have a common name and
leaves may be their own issuer.
"""

from __future__ import annotations

import ipaddress
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


class CertificateFault(StrEnum):
    """What is wrong with a leaf. In parentheses OpenSSL's verify code."""

    NONE = "none"
    EXPIRED = "expired"
    """Two days ago (10)."""
    NOT_YET_VALID = "not-yet-valid"
    """In two days (9)."""
    OTHER_NAME = "other-name"
    """It is for `db.example.net` (62)."""
    SELF_SIGNED = "self-signed"
    """Its own issuer (18)."""
    UNKNOWN_CA = "unknown-ca"
    """Issued by a company's own authority, which nobody else knows (19)."""
    MISSING_INTERMEDIATE = "missing-intermediate"
    """The right issuer, but the server does not send its certificate along (20)."""
    COMMON_NAME_ONLY = "common-name-only"
    """The name is in the subject, and there are no alternative names: libpq and OpenSSL take it, Go does not."""
    LAX_AUTHORITY = "lax-authority"
    """Issued below an authority without key identifiers, whose basicConstraints is not critical: strict checks refuse
    it (85), others take it."""
    SHA_384 = "sha-384"
    """Nothing is wrong, but the signature is made with SHA-384: Neon's proxy then offers no channel binding."""


@dataclass(frozen=True)
class Issuer:
    """A certificate that may issue others, with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)


@dataclass(frozen=True)
class Leaf:
    """A server certificate as files: the chain that is sent along, and the key."""

    chain_file: Path
    key_file: Path
    certificate: x509.Certificate

    @property
    def binding(self) -> bytes | None:
        """What channel binding `tls-server-end-point` binds to (RFC 5929): the hash of the certificate.

        `None` where it is not signed with SHA-256: Neon's proxy offers no channel binding then.
        """
        if not isinstance(self.certificate.signature_hash_algorithm, hashes.SHA256):
            return None
        return self.certificate.fingerprint(hashes.SHA256())

    def context(self) -> ssl.SSLContext:
        """A new server context as the gateway's: TLS 1.2 and 1.3, ALPN `postgresql`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["postgresql"])
        context.load_cert_chain(self.chain_file, self.key_file)
        return context


class Authority:
    """A root, an intermediate, and leaves as files in `folder`, which should be private. `now` dates everything."""

    def __init__(self, folder: Path, now: datetime | None = None) -> None:
        self.folder = folder
        self.now = now or datetime.now(UTC)
        root = _name("Internet Security Research Group", "ISRG Root X1 (pgwhy lab)")
        self.root = _issuer(root, self.now)
        self.intermediate = _issuer(_name("Let's Encrypt", "E5 (pgwhy lab)"), self.now, issued_by=self.root)
        self._leaves: dict[tuple[tuple[str, ...], CertificateFault], Leaf] = {}
        self._kept = 0
        self._issuing = threading.Lock()  # a door serves each of its connections in a thread of its own

    @cached_property
    def root_file(self) -> Path:
        """The root as a PEM file: what a client takes as `sslrootcert`."""
        return _write(self.folder / "root.pem", _pem(self.root.certificate))

    @cached_property
    def company(self) -> Issuer:
        """An authority that no client knows."""
        return _issuer(_name("Acme Corp", "Acme TLS Inspection CA (pgwhy lab)"), self.now)

    @cached_property
    def lax(self) -> Issuer:
        """An authority below the root that lacks what strict checks ask for."""
        return _issuer(_name("Acme Corp", "Acme Database CA (pgwhy lab)"), self.now, issued_by=self.root, lax=True)

    def issue(self, *names: str, fault: CertificateFault = CertificateFault.NONE) -> Leaf:
        """A leaf for these names or IP addresses, the first one its common name. The same question, the same leaf."""
        with self._issuing:
            if (names, fault) not in self._leaves:
                self._leaves[names, fault] = self._make(names, fault)
            return self._leaves[names, fault]

    def issue_client(self, role: str) -> Leaf:
        """A certificate with which a role proves who it is, instead of a password. Each call makes a new one."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, role)])
        start, end = self.now - timedelta(days=30), self.now + timedelta(days=60)
        builder = _builder(subject, self.intermediate.certificate.subject, key, start, end)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        certificate = builder.add_extension(usage, critical=False).sign(self.intermediate.key, hashes.SHA256())
        with self._issuing:
            return self._keep(certificate, key, [certificate, self.intermediate.certificate])

    def _make(self, names: tuple[str, ...], fault: CertificateFault) -> Leaf:
        key = ec.generate_private_key(ec.SECP256R1())
        if fault is CertificateFault.OTHER_NAME:
            names = ("db.example.net",)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        issuer = self.intermediate
        if fault is CertificateFault.UNKNOWN_CA:
            issuer = self.company
        elif fault is CertificateFault.LAX_AUTHORITY:
            issuer = self.lax
        start, end = self.now - timedelta(days=30), self.now + timedelta(days=60)
        if fault is CertificateFault.EXPIRED:
            start, end = self.now - timedelta(days=92), self.now - timedelta(days=2)
        elif fault is CertificateFault.NOT_YET_VALID:
            start, end = self.now + timedelta(days=2), self.now + timedelta(days=92)
        self_signed = fault is CertificateFault.SELF_SIGNED
        lax = fault is CertificateFault.LAX_AUTHORITY
        builder = _builder(subject, subject if self_signed else issuer.certificate.subject, key, start, end, lax=lax)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        if fault is not CertificateFault.COMMON_NAME_ONLY:
            alternative = x509.SubjectAlternativeName([_alternative(name) for name in names])
            builder = builder.add_extension(alternative, critical=False)
        if not (self_signed or lax):
            builder = builder.add_extension(_authority_key(issuer), critical=False)
        algorithm = hashes.SHA384() if fault is CertificateFault.SHA_384 else hashes.SHA256()
        certificate = builder.sign(key if self_signed else issuer.key, algorithm)
        chain = [certificate]
        if (
            (lax or issuer is self.intermediate)
            and not self_signed
            and fault is not CertificateFault.MISSING_INTERMEDIATE
        ):
            chain.append(issuer.certificate)
        return self._keep(certificate, key, chain)

    def _keep(
        self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, chain: list[x509.Certificate]
    ) -> Leaf:
        self._kept += 1
        stem = f"leaf-{self._kept}"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Leaf(
            chain_file=_write(self.folder / f"{stem}.pem", b"".join(_pem(c) for c in chain)),
            key_file=_write(self.folder / f"{stem}.key", private, private=True),
            certificate=certificate,
        )


def _issuer(subject: x509.Name, now: datetime, issued_by: Issuer | None = None, *, lax: bool = False) -> Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    start, end = now - timedelta(days=365), now + timedelta(days=3650)
    builder = _builder(subject, issued_by.certificate.subject if issued_by else subject, key, start, end, lax=lax)
    constraints = x509.BasicConstraints(ca=True, path_length=0 if issued_by else None)
    builder = builder.add_extension(constraints, critical=not lax)
    builder = builder.add_extension(_may_sign_certificates(), critical=True)
    if issued_by and not lax:
        builder = builder.add_extension(_authority_key(issued_by), critical=False)
    return Issuer(builder.sign(issued_by.key if issued_by else key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    start: datetime,
    end: datetime,
    *,
    lax: bool = False,
) -> x509.CertificateBuilder:
    public = key.public_key()
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
    return builder if lax else builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _authority_key(issuer: Issuer) -> x509.AuthorityKeyIdentifier:
    subject_key = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key)


def _may_sign_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(path: Path, content: bytes, private: bool = False) -> Path:
    # Postgres and libpq refuse a key that others can read.
    path.touch(mode=0o600 if private else 0o644)
    path.write_bytes(content)
    return path
