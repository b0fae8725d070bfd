"""Parts that several tests share: they are made once a session, and each test adds an endpoint of its own to them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from pgwhy.lab.postgres.server import Postgres
from pgwhy.lab.world import DATABASE, ROLE, World
from pgwhy.secret import Secret
from tests import parts

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that starts us in the background ignores Ctrl-C for us, and what a test starts and interrupts would
    # inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

_LEAKS = ("DATABASE_URL", "POSTGRES_URL", "SSLKEYLOGFILE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_developer() -> Iterator[None]:
    """libpq reads PG* by itself, and so would every test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name in _LEAKS or (name.startswith("PG") and not name.startswith("PGWHY")):
                patch.delenv(name)
        yield


@pytest.fixture
def inputs(request: pytest.FixtureRequest) -> int:
    """How many inputs this test tries its promise with: from its `@pytest.mark.promise(slug, quick, thorough)`.

    `quick` in every run of the tests, `thorough` with PGWHY_THOROUGH=1 (`make thorough`).
    """
    marker = request.node.get_closest_marker("promise")
    assert marker is not None, "a test that asks for `inputs` names its promise"
    _slug, quick, thorough = marker.args
    return int(thorough if os.environ.get("PGWHY_THOROUGH") == "1" else quick)


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """Postgres, certificate authority and gateway, with the endpoint of Neon's documentation. Do not change what is
    there: `world.add_endpoint(...)` gives a test one of its own."""
    with World.running() as running:
        yield running


@pytest.fixture(scope="session")
def postgres15(world: World) -> Postgres:
    """The machine's own Postgres (15 on Debian 12), without TLS: the one behind the gateway."""
    if world.postgres.installation != parts.system_postgres():
        raise AssertionError("the world runs on another Postgres than the machine's own")
    return world.postgres


@pytest.fixture(scope="session")
def wheel_postgres() -> Iterator[Postgres]:
    """The wheel's Postgres, without TLS; its role and database are named as the world's."""
    with Postgres(parts.wheel_postgres(), roles={ROLE: Secret("npg_wheel")}, databases=(DATABASE,)) as server:
        yield server
