"""Servers that several of these tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pgwhy.lab.authority import CertificateFault
from pgwhy.lab.postgres.installation import Installation
from pgwhy.lab.postgres.server import Postgres
from pgwhy.lab.world import DATABASE, ROLE, World
from pgwhy.secret import Secret
from tests import parts
from tests.engine.runs import MARKER


@pytest.fixture(scope="session")
def secure15(world: World) -> Iterator[Postgres]:
    """The machine's own Postgres with TLS, under a certificate of the world's authority for localhost."""
    with _with_tls(world, parts.system_postgres()) as server:
        yield server


@pytest.fixture(scope="session")
def secure_wheel(world: World) -> Iterator[Postgres]:
    """The wheel's Postgres with TLS."""
    with _with_tls(world, parts.wheel_postgres()) as server:
        yield server


def _with_tls(world: World, installation: Installation) -> Postgres:
    leaf = world.authority.issue("localhost", "127.0.0.1", "::1", fault=CertificateFault.NONE)
    return Postgres(
        installation,
        roles={ROLE: Secret(MARKER)},
        databases=(DATABASE,),
        certificate=leaf.chain_file,
        key=leaf.key_file,
    )
