"""One certificate: in words, and whether it is made out to a host by libpq's rules."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pgwhy.values import dataclass

if TYPE_CHECKING:
    from cryptography import x509
    from OpenSSL import crypto


@dataclass(frozen=True)
class Certificate:
    """One certificate of the presented chain. Empty fields but the last two: it cannot be taken apart."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """DNS names and addresses of subjectAltName; the common name where there is none, as libpq does."""
    not_before: str
    """UTC, ISO 8601."""
    not_after: str
    fingerprint: str
    """SHA-256, hex."""
    der: str
    """Base64."""


@lru_cache(maxsize=512)
def parse(der: bytes) -> x509.Certificate | None:
    """A certificate taken apart, `None` where cryptography refuses to (OpenSSL may still take it).

    cryptography reads names and dates only when they are asked for, so they are asked for here. Those of a store or two
    and of many servers are kept: who asks for them a second time need not wait.
    """
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a serial number of zero is the issuer's affair, not our user's
            parsed = x509.load_der_x509_certificate(der)
            _ = parsed.subject, parsed.issuer, parsed.not_valid_before_utc, parsed.not_valid_after_utc
    except (ValueError, x509.InvalidVersion):  # which is no ValueError
        return None
    return parsed


@lru_cache(maxsize=512)
def of_openssl(der: bytes) -> crypto.X509:
    """A certificate as OpenSSL has it. Raises its error."""
    from OpenSSL import crypto

    return crypto.load_certificate(crypto.FILETYPE_ASN1, der)


@lru_cache(maxsize=512)
def describe(der: bytes) -> Certificate:
    """A certificate in words."""
    import base64
    import hashlib

    fingerprint, text = hashlib.sha256(der).hexdigest(), base64.b64encode(der).decode("ascii")
    parsed = parse(der)
    if parsed is None:
        return Certificate("", "", (), "", "", fingerprint, text)
    dns, addresses = _alternative_names(parsed)
    return Certificate(
        subject=parsed.subject.rfc4514_string(),
        issuer=parsed.issuer.rfc4514_string(),
        names=tuple([*dns, *addresses] or _common_names(parsed)),
        not_before=parsed.not_valid_before_utc.isoformat(),
        not_after=parsed.not_valid_after_utc.isoformat(),
        fingerprint=fingerprint,
        der=text,
    )


@lru_cache(maxsize=512)
def name_matches(der: bytes, host: str) -> bool:
    """Whether a certificate is made out to a host, by libpq's rules (fe-secure-common.c, PostgreSQL 15 and later).

    A wildcard stands for exactly one label, the left-most. The common name counts only where there is no alternative
    name of the host's own kind.
    """
    parsed = parse(der)
    if parsed is None:
        return False
    dns, addresses = _alternative_names(parsed)
    wanted = _address(host)
    if wanted is not None and any(_address(candidate) == wanted for candidate in addresses):
        return True
    if any(_dns_name_matches(pattern, host) for pattern in dns):
        return True
    of_its_kind = dns if wanted is None else addresses
    return not of_its_kind and any(_dns_name_matches(name, host) for name in _common_names(parsed))


def organisation(name: x509.Name) -> str:
    """The organisation in a subject or issuer; its common name where it has none; empty where it has neither."""
    from cryptography.x509.oid import NameOID

    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for part in name.get_attributes_for_oid(kind):
            return str(part.value)
    return ""


def is_for_servers(parsed: x509.Certificate) -> bool:
    """Whether its extended key usage, if it has one, lets it be a server's (RFC 5280, 4.2.1.12)."""
    from cryptography.x509 import ExtendedKeyUsage
    from cryptography.x509.oid import ExtendedKeyUsageOID as Usage

    usage = _extension(parsed, ExtendedKeyUsage)
    return usage is None or Usage.SERVER_AUTH in usage or Usage.ANY_EXTENDED_KEY_USAGE in usage


def wrong_mark(der: bytes) -> str:
    """What OpenSSL 3 says, checking strictly, of an extension that must be marked critical and is not, or the other way
    round (RFC 5280, 4.2.1): its words; empty where there is none."""
    from cryptography import x509

    parsed = parse(der)
    if parsed is None:
        return ""
    try:
        critical = {type(each.value): each.critical for each in parsed.extensions}
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return ""
    constraints = _extension(parsed, x509.BasicConstraints)
    if constraints is not None and constraints.ca and not critical[x509.BasicConstraints]:
        return "Basic Constraints of CA cert not marked critical"
    if not parsed.subject.rdns and critical.get(x509.SubjectAlternativeName) is False:
        return "Subject empty and Subject Alt Name extension not critical"
    if critical.get(x509.AuthorityKeyIdentifier):
        return "Authority Key Identifier marked critical"
    return "Subject Key Identifier marked critical" if critical.get(x509.SubjectKeyIdentifier) else ""


def _alternative_names(parsed: x509.Certificate) -> tuple[list[str], list[str]]:
    """DNS names and IP addresses of subjectAltName."""
    from cryptography import x509

    names = _extension(parsed, x509.SubjectAlternativeName)
    if names is None:
        return [], []
    return names.get_values_for_type(x509.DNSName), [str(a) for a in names.get_values_for_type(x509.IPAddress)]


def _extension(parsed: x509.Certificate, kind: Any) -> Any:
    from cryptography import x509

    try:
        return parsed.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return None


def _common_names(parsed: x509.Certificate) -> list[str]:
    from cryptography.x509.oid import NameOID

    return [str(part.value) for part in parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]


def _dns_name_matches(pattern: str, host: str) -> bool:
    pattern, host = pattern.rstrip(".").lower(), host.rstrip(".").lower()
    if pattern.startswith("*.") and "." in pattern[2:]:
        first, _, rest = host.partition(".")
        return bool(first) and rest == pattern[2:]
    return pattern == host


def _address(text: str) -> object:
    """An IP address in one form for comparing; `None` where the text is none."""
    from ipaddress import ip_address

    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None
