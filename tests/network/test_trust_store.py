"""Where root certificates are looked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import crypto

from pgwhy.lab.authority import Authority
from pgwhy.machine import Machine
from pgwhy.network import chain, trust_store
from pgwhy.network.chain import Trust

HERE = dataclasses.replace(Machine.here(), environment={}, platform="linux")


def test_ssl_cert_file_is_the_systems_store(authority: Authority) -> None:
    machine = dataclasses.replace(HERE, environment={"SSL_CERT_FILE": str(authority.root_file)})
    store = trust_store.system(machine)
    assert store.words == f"the system's store ({authority.root_file})"
    assert [root.subject for root in store.certificates()] == [authority.root.certificate.subject]
    assert trust_store.system_file(machine) == str(authority.root_file)


def test_ssl_cert_dir_is_a_list_of_folders(tmp_path: Path) -> None:
    machine = dataclasses.replace(HERE, environment={"SSL_CERT_DIR": f"{tmp_path}:/other"})
    assert trust_store.system(machine).folders == (tmp_path, Path("/other"))
    assert trust_store.system_file(machine) == ""


def test_without_variables_it_is_the_platforms_bundle(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_store, "_BUNDLES", (Path("/nowhere"), authority.root_file))
    assert trust_store.system(HERE).files == (authority.root_file,)


def test_a_machine_without_any_has_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_store, "_BUNDLES", ())
    with pytest.raises(trust_store.Unreadable):
        trust_store.system(HERE).load()


def test_windows_on_another_platform_does_not_crash() -> None:
    machine = dataclasses.replace(HERE, platform="win32")
    with pytest.raises(trust_store.Unreadable):
        trust_store.system(machine).load()


def test_one_broken_certificate_does_not_spoil_a_bundle(authority: Authority, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    broken = "-----BEGIN CERTIFICATE-----\nAAA=\n-----END CERTIFICATE-----\n"
    bundle.write_text(broken + authority.root_file.read_text())
    assert len(trust_store.one_file(bundle).certificates()) == 1


def test_a_store_is_what_its_file_holds_now(authority: Authority, tmp_path: Path) -> None:
    bundle, other = tmp_path / "bundle.pem", Authority(tmp_path)
    store = trust_store.one_file(bundle)
    leaf = x509.load_pem_x509_certificates(authority.issue("db.test").chain_file.read_bytes())
    presented = [each.public_bytes(Encoding.DER) for each in leaf]
    for roots, trust in ((authority, Trust.TRUSTED), (other, Trust.UNKNOWN_ISSUER), (authority, Trust.TRUSTED)):
        bundle.write_bytes(roots.root_file.read_bytes())
        assert chain.judge(presented, store, authority.now).trust is trust
        assert len(store.certificates()) == 1
    bundle.unlink()
    assert chain.judge(presented, store, authority.now).trust is Trust.NO_STORE


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem,
        lambda pem: pem * 2,
        lambda pem: pem.replace(b"\n", b"\r\n"),
        lambda pem: b"# of the team\n" + pem + b"# the end",
        lambda pem: pem.replace(b" CERTIFICATE", b" X509 CERTIFICATE"),
        lambda pem: pem + b"-----BEGIN CERTIFICATE-----\nAAA=\n-----END CERTIFICATE-----\n",
        lambda pem: pem + b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
        lambda pem: pem + b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        lambda pem: pem + pem[:200],
        lambda pem: pem.replace(b"\n", b""),
        lambda pem: b"  " + pem,
        lambda pem: b"",
    ],
)
def test_a_file_is_read_as_openssl_reads_it(
    authority: Authority, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(change(authority.root_file.read_bytes()))
    try:
        crypto.X509Store().load_locations(str(bundle))
    except crypto.Error:
        with pytest.raises(trust_store.Unreadable):
            trust_store.one_file(bundle).load()
    else:
        trust_store.one_file(bundle).load()
