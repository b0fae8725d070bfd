"""Where root certificates are looked for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pgwhy.lab.authority import Authority
from pgwhy.machine import Machine
from pgwhy.network import trust_store

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
