"""Judging chains: every certificate fault is told apart, and a name matches as libpq has it."""

from __future__ import annotations

import base64
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from OpenSSL import crypto

from pgwhy.lab.authority import Authority, CertificateFault, Issuer, Leaf
from pgwhy.network import certificate, chain, trust_store
from pgwhy.network.chain import Trust
from pgwhy.network.trust_store import TrustStore

NAME = "db.test"


def presented(leaf: Leaf) -> tuple[bytes, ...]:
    pem = leaf.chain_file.read_text()
    return tuple(c.public_bytes(serialization.Encoding.DER) for c in x509.load_pem_x509_certificates(pem.encode()))


@pytest.fixture
def roots(authority: Authority) -> TrustStore:
    return trust_store.one_file(authority.root_file)


@pytest.mark.parametrize(
    ("fault", "trust", "detail"),
    [
        (CertificateFault.NONE, Trust.TRUSTED, ""),
        (CertificateFault.EXPIRED, Trust.EXPIRED, "certificate has expired"),
        (CertificateFault.NOT_YET_VALID, Trust.NOT_YET_VALID, "certificate is not yet valid"),
        (CertificateFault.OTHER_NAME, Trust.TRUSTED, ""),
        (CertificateFault.SELF_SIGNED, Trust.SELF_SIGNED, "self-signed certificate"),
        (CertificateFault.UNKNOWN_CA, Trust.UNKNOWN_ISSUER, "unable to get local issuer certificate"),
        (CertificateFault.MISSING_INTERMEDIATE, Trust.MISSING_INTERMEDIATE, "unable to get local issuer certificate"),
        (CertificateFault.COMMON_NAME_ONLY, Trust.TRUSTED, ""),
    ],
)
def test_every_fault_of_a_certificate_has_its_word(
    fault: CertificateFault, trust: Trust, detail: str, authority: Authority, roots: TrustStore
) -> None:
    verdict = chain.judge(presented(authority.issue(NAME, fault=fault)), roots, authority.now)
    assert verdict.trust is trust
    assert verdict.detail.startswith(detail) if detail else not verdict.detail


def test_a_root_that_came_along_and_is_not_known_is_told_from_an_unknown_issuer(
    authority: Authority, tmp_path: Path
) -> None:
    with_root = (*presented(authority.issue(NAME)), der(authority.root.certificate))
    other = tmp_path / "other.pem"
    other.write_bytes(authority.company.certificate.public_bytes(serialization.Encoding.PEM))
    assert chain.judge(with_root, trust_store.one_file(other), authority.now).trust is Trust.SELF_SIGNED_ROOT
    assert chain.judge(with_root[:2], trust_store.one_file(other), authority.now).trust is Trust.UNKNOWN_ISSUER


@pytest.mark.parametrize("organisation", ["Internet Security Research Group", "ISRG"])
def test_an_intermediate_of_lets_encrypt_is_missed_under_its_old_and_its_new_roots(
    organisation: str, authority: Authority, tmp_path: Path
) -> None:
    """Root X1 has the long name, Root YE and Root YR have the short one (letsencrypt.org/certificates)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    days = timedelta(days=1)
    root = (
        builder.not_valid_before(authority.now - days).not_valid_after(authority.now + days).sign(key, hashes.SHA256())
    )
    file = tmp_path / "root.pem"
    file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    leaf = presented(authority.issue(NAME, fault=CertificateFault.MISSING_INTERMEDIATE))
    verdict = chain.judge(leaf, trust_store.one_file(file), authority.now)
    assert verdict.trust is Trust.MISSING_INTERMEDIATE


def test_a_chain_is_judged_at_the_time_of_the_run(authority: Authority, roots: TrustStore) -> None:
    leaf = presented(authority.issue(NAME))
    later = authority.now + timedelta(days=61)
    assert chain.judge(leaf, roots, later).trust is Trust.EXPIRED
    assert chain.expires_in_days(leaf, later) == pytest.approx(-1, abs=0.01)


def test_a_saved_chain_can_be_judged_again(authority: Authority, roots: TrustStore) -> None:
    saved = [certificate.describe(der).der for der in presented(authority.issue(NAME))]
    assert chain.judge([base64.b64decode(text) for text in saved], roots, authority.now).trust is Trust.TRUSTED


def test_a_clients_certificate_is_no_servers(tmp_path: Path) -> None:
    own = self_signed([NAME], [ExtendedKeyUsageOID.CLIENT_AUTH])
    root = tmp_path / "root.crt"
    root.write_text(ssl.DER_cert_to_PEM_cert(own))
    verdict = chain.judge([own], trust_store.one_file(root), datetime.now(UTC) + timedelta(minutes=1))
    assert (verdict.trust, verdict.detail) == (Trust.INVALID, "unsuitable certificate purpose")


@pytest.mark.parametrize(
    ("fault", "refused"),
    [
        (CertificateFault.NONE, ""),
        (CertificateFault.COMMON_NAME_ONLY, ""),
        (CertificateFault.LAX_AUTHORITY, "Missing Authority Key Identifier"),
        (CertificateFault.EXPIRED, None),
        (CertificateFault.UNKNOWN_CA, None),
    ],
)
def test_strict_checks_are_asked_of_a_chain_that_is_trusted(
    fault: CertificateFault, refused: str | None, authority: Authority, roots: TrustStore
) -> None:
    sent = presented(authority.issue(NAME, fault=fault))
    assert chain.strict_refusal(sent, roots, authority.now) == refused
    assert chain.judge(sent, roots, authority.now).trust is not Trust.TRUSTED or refused is not None


@pytest.mark.parametrize(
    ("critical", "identified", "refused"),
    [
        (True, True, ""),
        (False, True, "Basic Constraints of CA cert not marked critical"),
        (True, False, "Missing Subject Key Identifier"),
    ],
)
def test_strict_checks_concern_the_root_as_well(
    critical: bool, identified: bool, refused: str, authority: Authority, tmp_path: Path
) -> None:
    issuer, identifier = authority.company, x509.SubjectKeyIdentifier
    rewritten = signed(
        issuer.certificate.subject,
        issuer,
        [
            (each.value, each.critical and (critical or not isinstance(each.value, x509.BasicConstraints)))
            for each in issuer.certificate.extensions
            if identified or not isinstance(each.value, identifier)
        ],
    )
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    leaf = signed(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), issuer, [(above, False)])
    root = tmp_path / "root.crt"
    root.write_text(ssl.DER_cert_to_PEM_cert(rewritten))
    store = trust_store.one_file(root)
    assert chain.judge([leaf], store, authority.now).trust is Trust.TRUSTED
    assert chain.strict_refusal([leaf], store, authority.now) == refused


def test_a_missing_store_and_an_empty_one_are_no_store(authority: Authority, tmp_path: Path) -> None:
    leaf, empty = presented(authority.issue(NAME)), tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    missing = chain.judge(leaf, trust_store.one_file(tmp_path / "root.crt"), authority.now)
    assert (missing.trust, missing.detail) == (Trust.NO_STORE, f"{tmp_path / 'root.crt'} does not exist")
    assert chain.judge(leaf, trust_store.one_file(empty), authority.now).trust is Trust.NO_STORE


def test_a_certificate_in_words(authority: Authority) -> None:
    words = certificate.describe(presented(authority.issue(NAME, "127.0.0.1"))[0])
    assert words.names == (NAME, "127.0.0.1")
    assert words.subject == f"CN={NAME}" and "O=Let's Encrypt" in words.issuer
    assert words.not_before.endswith("+00:00") and len(words.fingerprint) == 64
    assert chain.issuer(presented(authority.issue(NAME))[0]) == "Let's Encrypt"


def test_bytes_that_are_no_certificate_raise_nothing() -> None:
    assert certificate.describe(b"nonsense").subject == ""
    assert not certificate.name_matches(b"nonsense", NAME)
    assert chain.expires_in_days([b"nonsense"], datetime.now(UTC)) is None


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x75"),
        (b"\x0c\x0dLet's Encrypt", b"\x0d\x0dLet's Encrypt"),
        (b"\x17\x0d2", b"\x17\x0dx"),
    ],
    ids=["version 118", "a name of an unknown type", "a date of letters"],
)
def test_a_certificate_that_only_openssl_accepts_raises_nothing(
    there: bytes, instead: bytes, authority: Authority, roots: TrustStore
) -> None:
    """A server can send it: OpenSSL does not look into what cryptography refuses."""
    whole = presented(authority.issue(NAME))[0]
    der = whole.replace(there, instead)
    assert der != whole
    crypto.load_certificate(crypto.FILETYPE_ASN1, der)
    words = certificate.describe(der)
    assert (words.subject, words.issuer, words.names) == ("", "", ()) and words.der
    assert not certificate.name_matches(der, NAME)
    assert chain.issuer(der) == "" and chain.expires_in_days([der], datetime.now(UTC)) is None
    assert chain.judge((der,), roots, authority.now).trust is not Trust.TRUSTED


@pytest.mark.parametrize(
    ("names", "host", "matches"),
    [
        (["db.test"], "db.test", True),
        (["db.test"], "DB.Test.", True),
        (["db.test"], "other.test", False),
        (["*.aws.test"], "ep.aws.test", True),
        (["*.aws.test"], "a.b.aws.test", False),
        (["*.aws.test"], "aws.test", False),
        (["*.test"], "db.test", False),
        (["127.0.0.1"], "127.0.0.1", True),
        (["::1"], "0:0:0:0:0:0:0:1", True),
        (["db.test"], "127.0.0.1", False),
        (["127.0.0.1"], "127.0.0.2", False),
    ],
)
def test_names_match_as_libpq_has_it(names: list[str], host: str, matches: bool) -> None:
    assert certificate.name_matches(self_signed(names), host) is matches


@pytest.mark.parametrize(
    ("names", "common_name", "host", "matches"),
    [
        ([], "db.test", "db.test", True),
        ([], "127.0.0.1", "127.0.0.1", True),
        (["other.test"], "db.test", "db.test", False),
        (["127.0.0.1"], "db.test", "db.test", True),
        (["db.test"], "127.0.0.1", "127.0.0.1", True),
    ],
)
def test_the_common_name_counts_only_without_an_alternative_name_of_its_kind(
    names: list[str], common_name: str, host: str, matches: bool
) -> None:
    assert certificate.name_matches(self_signed(names, common_name=common_name), host) is matches


def der(one: x509.Certificate) -> bytes:
    return one.public_bytes(serialization.Encoding.DER)


def signed(subject: x509.Name, issuer: Issuer, extensions: list[tuple[x509.ExtensionType, bool]]) -> bytes:
    """A certificate with the issuer's own key, below the issuer's name."""
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.certificate.subject)
    builder = builder.public_key(issuer.key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(issuer.certificate.not_valid_before_utc)
    builder = builder.not_valid_after(issuer.certificate.not_valid_after_utc)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return der(builder.sign(issuer.key, hashes.SHA256()))


def self_signed(
    names: list[str], usage: list[x509.ObjectIdentifier] | None = None, common_name: str = "nobody.test"
) -> bytes:
    from pgwhy.lab.authority import _alternative

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    if names:
        alternative = x509.SubjectAlternativeName([_alternative(name) for name in names])
        builder = builder.add_extension(alternative, critical=False)
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    return der(builder.sign(key, hashes.SHA256()))
