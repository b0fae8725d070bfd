"""Servers that let the TLS handshake fail: the alert that comes, and what a real psql makes of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pgwhy.lab.authority import Authority
from pgwhy.lab.impostors.tls_impostors import TlsKind, behaviour
from pgwhy.lab.postgres.installation import Installation
from pgwhy.lab.sockets.door import Address, Door
from pgwhy.lab.world import World
from tests import parts

NAME = "db.example.net"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize(
    ("kind", "host", "said"),
    [
        (TlsKind.OLD_VERSIONS, NAME, "alert protocol version"),
        (TlsKind.NO_COMMON_CIPHER, NAME, "alert handshake failure"),
        (TlsKind.CLIENT_CERTIFICATE, NAME, "alert certificate required"),
        (TlsKind.CLEAR_TEXT_BEHIND_YES, NAME, "received unencrypted data after SSL response"),
        (TlsKind.UNKNOWN_NAME, "other.example.net", "unrecognized name"),
    ],
)
def test_a_real_psql_says(kind: TlsKind, host: str, said: str, authority: Authority) -> None:
    with running(kind, authority) as port:
        ran = psql(parts.system_postgres(), port, host)
    assert ran.returncode == 2
    assert said in ran.stderr


def test_a_client_that_offers_alpn_is_refused_and_one_that_does_not_is_let_in(world: World) -> None:
    with running(TlsKind.ALPN_REFUSED, world.authority, backend(world)) as port:
        new = psql(parts.wheel_postgres(), port, NAME, world)
        old = psql(parts.system_postgres(), port, NAME, world)
    assert "no application protocol" in new.stderr
    assert (old.returncode, old.stdout) == (0, "alex\n"), old.stderr


def test_the_right_name_is_let_in(world: World) -> None:
    with running(TlsKind.UNKNOWN_NAME, world.authority, backend(world)) as port:
        assert psql(parts.system_postgres(), port, NAME, world).stdout == "alex\n"
        assert "unrecognized name" in psql(parts.system_postgres(), port, NAME, world, "sslsni=0").stderr


def test_a_client_that_still_speaks_tls_1_1_is_let_in(world: World, tmp_path: Path) -> None:
    lowest = tmp_path / "openssl.cnf"
    sections = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n"
    lowest.write_text(sections + "MinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n", encoding="utf-8")
    with running(TlsKind.OLD_VERSIONS, world.authority, backend(world)) as port:
        ran = psql(
            parts.system_postgres(), port, NAME, world, "ssl_min_protocol_version=TLSv1", OPENSSL_CONF=str(lowest)
        )
    assert (ran.returncode, ran.stdout) == (0, "alex\n"), ran.stderr


@contextmanager
def running(kind: TlsKind, authority: Authority, behind: Address | None = None) -> Iterator[int]:
    with Door(behaviour(kind, authority, (NAME,), behind)) as door:
        yield door.port


def backend(world: World) -> Address:
    return Address("127.0.0.1", world.postgres.port)


def psql(
    installation: Installation, port: int, host: str, world: World | None = None, *parameters: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    password = world.password.reveal() if world else ""
    target = f"postgresql://alex:{password}@{host}:{port}/neondb?hostaddr=127.0.0.1&sslmode=require&connect_timeout=3"
    return subprocess.run(
        [parts.psql(installation), "-XAtc", "select current_user", "&".join((target, *parameters))],
        capture_output=True,
        text=True,
        cwd=Path("/"),
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
    )
