"""The certificates, as OpenSSL judges them."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from pgwhy.lab.authority import Authority, CertificateFault, Leaf
from pgwhy.network import chain, trust_store

NAME = "ep-cool-darkness-a1b2c3d4.us-east-2.aws.neon.tech"
END = "-----END CERTIFICATE-----\n"
WILDCARD = "*.us-east-2.aws.neon.tech"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def handshake(leaf: Leaf, root: Path, name: str = NAME, common_name_counts: bool = True, strict: bool = False) -> None:
    """A handshake in memory; raises what the client thinks of the certificate. `strict`: as Python 3.13 and later."""
    client_context = ssl.create_default_context(cafile=str(root))
    client_context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if strict:
        client_context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    client_context.hostname_checks_common_name = common_name_counts
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    server = leaf.context().wrap_bio(to_server, to_client, server_side=True)
    waiting = {client, server}
    while waiting:
        for side in tuple(waiting):
            try:
                side.do_handshake()
                waiting.discard(side)
            except ssl.SSLWantReadError:
                continue


def test_a_sound_leaf_is_trusted_through_its_intermediate(authority: Authority) -> None:
    handshake(authority.issue(WILDCARD), authority.root_file)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (CertificateFault.EXPIRED, 10),
        (CertificateFault.NOT_YET_VALID, 9),
        (CertificateFault.OTHER_NAME, 62),
        (CertificateFault.SELF_SIGNED, 18),
        (CertificateFault.UNKNOWN_CA, 20),
        (CertificateFault.MISSING_INTERMEDIATE, 20),
    ],
)
def test_each_fault_has_the_verify_code_of_its_kind(authority: Authority, fault: CertificateFault, code: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as raised:
        handshake(authority.issue(WILDCARD, fault=fault), authority.root_file)
    assert raised.value.verify_code == code


def test_a_lax_authority_is_refused_by_strict_checks_alone_and_they_are_foretold(authority: Authority) -> None:
    lax, sound = authority.issue(WILDCARD, fault=CertificateFault.LAX_AUTHORITY), authority.issue(WILDCARD)
    handshake(lax, authority.root_file)
    handshake(sound, authority.root_file, strict=True)
    with pytest.raises(ssl.SSLCertVerificationError) as raised:
        handshake(lax, authority.root_file, strict=True)
    sent = [ssl.PEM_cert_to_DER_cert(pem + END) for pem in lax.chain_file.read_text().split(END)[:-1]]
    roots = trust_store.one_file(authority.root_file)
    assert chain.strict_refusal(sent, roots, authority.now) == raised.value.verify_message


def test_a_leaf_with_a_common_name_alone_is_for_lenient_clients(authority: Authority) -> None:
    leaf = authority.issue(WILDCARD, fault=CertificateFault.COMMON_NAME_ONLY)
    handshake(leaf, authority.root_file)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"[Hh]ostname mismatch"):
        handshake(leaf, authority.root_file, common_name_counts=False)


def test_a_leaf_can_be_for_an_ip_address(authority: Authority) -> None:
    handshake(authority.issue("localhost", "127.0.0.1"), authority.root_file, "127.0.0.1")


def test_the_same_question_gives_the_same_leaf(authority: Authority) -> None:
    assert authority.issue(WILDCARD) is authority.issue(WILDCARD)
    assert authority.issue(WILDCARD) is not authority.issue(WILDCARD, fault=CertificateFault.EXPIRED)


def test_keys_are_for_their_owner_alone_and_never_shown(authority: Authority) -> None:
    assert authority.issue(WILDCARD).key_file.stat().st_mode & 0o077 == 0
    assert "key" not in repr(authority.root)


def test_names_say_that_they_are_the_labs(authority: Authority) -> None:
    issuer = authority.issue(WILDCARD).certificate.issuer.rfc4514_string()
    assert issuer == r"CN=E5 (pgwhy lab),O=Let's Encrypt"
    assert "ISRG Root X1 (pgwhy lab)" in authority.root.certificate.subject.rfc4514_string()
