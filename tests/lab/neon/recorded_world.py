"""The world of the recordings in fixtures/neon: its roles, its endpoints, and computes that do not let anybody in."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pgwhy.lab.neon.compute import Retries
from pgwhy.lab.neon.gateway import Gateway
from pgwhy.lab.neon.messages import ON_DEMAND, OnDemand, Place
from pgwhy.lab.neon.proxy import Endpoint
from pgwhy.lab.neon.serverless import serverless
from pgwhy.lab.postgres.pgbouncer import PgBouncer
from pgwhy.lab.postgres.server import LOOPBACK_HBA
from pgwhy.lab.sockets import manners
from pgwhy.lab.sockets.door import Address, Door
from pgwhy.lab.world import DOMAIN, ENDPOINT, World
from pgwhy.network import wire
from pgwhy.secret import Secret

SCALE = 0.1
"""A recorded second where the lab has to wait."""
_CELL = f"c-2.{DOMAIN}"
_LATE = OnDemand(
    "Control plane request failed: endpoint is temporarily unavailable. Check your quotas and/or contact our support.",
    Place.AFTER_PASSWORD,
    retried=True,
)
_AFTER = {
    "quota": "compute-time-quota",
    "transfer": "data-transfer-quota",
    "disabled": "endpoint-disabled",
    "gone": "endpoint-not-found",
    "limit": "active-endpoints-limit",
    "operations": "running-operations",
    "barenotfound": "control-plane-not-found",
    "baredisabled": "control-plane-disabled",
    "barelocked": "control-plane-unavailable",
    "barefail": "control-plane-failed",
    "lsn": "control-plane-failed",
    "badaddr": "control-plane-failed",
}
_BEFORE = {
    "iplist": "ip-not-allowed",
    "blocked": "blocked-network",
    "quotaauth": "compute-time-quota",
    "disabledauth": "endpoint-disabled",
    "protected": "role-protected",
    "authfail": "control-plane-failed",
    "rate": "too-many-connections",
}
"""The names of the recordings' endpoints, and what their control plane says when."""
_WAKE_S = {"slowthree": 3.0, "slowthreeb": 3.0, "sloweight": 8.0}
_FULL = "remaining connection slots are reserved for roles with the SUPERUSER attribute"
_NO_ROUTE = "255.255.255.255"
"""TCP has none to this address, so no packet leaves the machine."""


@dataclass(frozen=True)
class RecordedWorld:
    """Two gateways, one of which takes as long as Neon's proxy, the other a tenth; and port 443 of the latter."""

    world: World
    as_long: Gateway
    scaled: Gateway
    door: Door
    pgbouncer: PgBouncer | None

    def has_pgbouncer(self, version: str) -> bool:
        """A PgBouncer of that version serves the `-pooler` names."""
        return self.pgbouncer is not None and f"PgBouncer {version}." in self.pgbouncer.log()


@contextlib.contextmanager
def recorded_world() -> Iterator[RecordedWorld]:
    """It is up as long as the context. Without PgBouncer on this machine the lab imitates it."""
    with _Loop() as loop, contextlib.ExitStack() as parts:
        world = World(
            hba=("host all refused 127.0.0.1/32 reject", *LOOPBACK_HBA),
            roles={"nologin": "NOLOGIN", "limited": "LOGIN CONNECTION LIMIT 0", "refused": "LOGIN", "semi": "LOGIN"},
            sql=("ALTER ROLE semi PASSWORD 'a;b$c'",),
        )
        parts.enter_context(loop.entered(world))
        roles = {**world.roles, "semi": Secret("a;b$c")}
        pgbouncer = None
        if shutil.which("pgbouncer"):
            databases = {"*": f"host=127.0.0.1 port={world.postgres_port}"}
            pgbouncer = parts.enter_context(PgBouncer(databases, roles))
        usual = Endpoint(
            Address("127.0.0.1", world.postgres_port),
            roles,
            pooler=Address("127.0.0.1", pgbouncer.port) if pgbouncer else None,
        )
        endpoints = _endpoints(usual, parts)
        domains = (DOMAIN, _CELL)
        as_long = parts.enter_context(loop.entered(Gateway(world.authority, domains, endpoints)))
        awake_sooner = {n: replace(each, wake_s=each.wake_s * SCALE) for n, each in endpoints.items()}
        scaled = Gateway(
            world.authority,
            domains,
            awake_sooner,
            handshake_limit_s=15.0 * SCALE,
            password_limit_s=15.0 * SCALE,
            retries=Retries().scaled(SCALE),
        )
        parts.enter_context(loop.entered(scaled))
        door = parts.enter_context(Door(serverless(world.authority.issue(f"*.{DOMAIN}"), scaled.proxy)))
        yield RecordedWorld(world, as_long, scaled, door, pgbouncer)


def _endpoints(usual: Endpoint, parts: contextlib.ExitStack) -> dict[str, Endpoint]:
    def computes(behave: Any) -> Endpoint:
        return replace(usual, backend=Address("127.0.0.1", parts.enter_context(Door(behave)).port))

    closed = parts.enter_context(socket.socket())
    closed.bind(("127.0.0.1", 0))
    found = {name: replace(usual, refuse_with=ON_DEMAND[said]) for name, said in _AFTER.items()}
    for name, said in _BEFORE.items():
        found[name] = replace(usual, refuse_with=replace(ON_DEMAND[said], place=Place.BEFORE_PASSWORD))
    found |= {name: replace(usual, wake_s=wake_s) for name, wake_s in _WAKE_S.items()}
    found |= {
        "ipok": usual,
        "idle": replace(usual, refuse_with=_LATE),
        "refused": replace(usual, backend=Address("127.0.0.1", closed.getsockname()[1])),
        "blackhole": replace(usual, backend=Address(_NO_ROUTE, 5432)),
        "closes": computes(_closes),
        "silent": computes(manners.silent),
        "starting": computes(_says("57P03", "the database system is starting up")),
        "full": computes(_says("53300", _FULL)),
    }
    named = {f"ep-{name}-tree-a1b2c3d4": endpoint for name, endpoint in found.items()}
    # The control plane has the role of this name's endpoint, and no compute for it.
    local_proxy = replace(usual, refuse_with=ON_DEMAND["endpoint-not-found"])
    return {ENDPOINT: usual, "ep-main-a1b2c3d4": usual, f"{ENDPOINT}-local-proxy": local_proxy, **named}


def _closes(connection: socket.socket) -> None:
    manners.startup_code(connection)
    manners.reset(connection)


def _says(code: str, text: str) -> Any:
    def behave(connection: socket.socket) -> None:
        manners.startup_code(connection)
        manners.farewell(connection, wire.error_response({"S": "FATAL", "V": "FATAL", "C": code, "M": text}))

    return behave


class _Loop:
    """A loop in a thread of its own."""

    def __enter__(self) -> _Loop:
        # Not the default loop: Windows' proactor has no add_reader, which the gateway looks with.
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @contextlib.contextmanager
    def entered(self, part: Any) -> Iterator[Any]:
        """An async context manager, entered on that loop."""
        asyncio.run_coroutine_threadsafe(part.__aenter__(), self._loop).result()
        try:
            yield part
        finally:
            asyncio.run_coroutine_threadsafe(part.__aexit__(None, None, None), self._loop).result()
