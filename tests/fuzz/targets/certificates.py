"""The chain that a server presents, once OpenSSL has accepted it as certificates: two bytes of length, then DER."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import strategies as st
from OpenSSL import crypto

from pgwhy.network import chain, trust_store
from pgwhy.network.certificate import describe, name_matches
from pgwhy.redaction import Redactor
from tests.fuzz.damage import damaged
from tests.fuzz.invariants import plain
from tests.fuzz.places import EMPTY, MACHINE


def attempt(raw: bytes) -> None:
    accepted = []
    while raw:
        size = int.from_bytes(raw[:2], "big")
        der, raw = raw[2 : 2 + size], raw[2 + size :]
        try:
            parsed = crypto.load_certificate(crypto.FILETYPE_ASN1, der)
            accepted.append(crypto.dump_certificate(crypto.FILETYPE_ASN1, parsed))
        except crypto.Error:
            continue
    judged(tuple(accepted[:10]))


def judged(presented: tuple[bytes, ...]) -> None:
    """Everything that the probe does with a chain (probes/tls/__init__.py)."""
    if not presented:
        return
    for der in presented:
        told = Redactor().clean_value(describe(der))
        plain(" ".join((told.subject, told.issuer, *told.names)))
        for host in ("db.example.com", "127.0.0.1", "::1"):
            name_matches(der, host)
        plain(Redactor().clean(chain.issuer(der)))
    chain.expires_in_days(presented, MACHINE.now)
    plain(Redactor().clean(chain.judge(presented, _store(), MACHINE.now).detail))


def seeds() -> Iterator[bytes]:
    one, other = (made(name)[1].public_bytes(Encoding.DER) for name in ("db.example.com", "*.example.com"))
    yield _packed(one)
    yield _packed(other) + _packed(one)


def inputs() -> st.SearchStrategy[bytes]:
    whole = [seed[2:] for seed in list(seeds())[:1]]
    return damaged(seeds()) | damaged(whole).map(_packed)


@cache
def made(name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A certificate that is signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))])
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1, begin, begin + timedelta(days=90))
    builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return key, builder.sign(key, hashes.SHA256())


def _packed(der: bytes) -> bytes:
    return len(der).to_bytes(2, "big") + der


@cache
def _store() -> trust_store.TrustStore:
    file = EMPTY / "root.pem"
    file.write_bytes(made("root.example.com")[1].public_bytes(Encoding.PEM))
    return trust_store.one_file(file)
