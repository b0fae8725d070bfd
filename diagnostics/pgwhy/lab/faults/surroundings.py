"""What a fault has beside its world, PgBouncer and doors, and the values for the placeholders of its texts."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pgwhy.lab.faults import doors, faults
from pgwhy.lab.faults.fault import Fault
from pgwhy.lab.postgres.pgbouncer import PgBouncer
from pgwhy.lab.sockets.door import LOOPBACK, Address
from pgwhy.lab.world import DATABASE, DOMAIN, ROLE, World


@contextlib.contextmanager
def surrounded(fault: Fault, world: World, hosts: Iterable[str] = LOOPBACK, port: int = 0) -> Iterator[dict[str, str]]:
    """Break the running world and bring up what the fault has beside it. `hosts` and `port` are the doors' usual ones.

    Raises `PostgresError` and `FaultError`.
    """
    values = faults.prepare(fault, world)
    behind = {"gateway": world.gateway.port, "postgres": world.postgres_port}
    with contextlib.ExitStack() as parts:
        values["closed_port"] = str(parts.enter_context(_closed_port()))
        if fault.pgbouncer is not None:
            bouncer = parts.enter_context(_pgbouncer(fault, world, values))
            behind["pgbouncer"] = bouncer.port
            values["pgbouncer_port"] = str(bouncer.port)
            for _ in range(fault.pgbouncer.get("held", 0)):
                bouncer.hold(ROLE, DATABASE)
            for database in fault.pgbouncer.get("tried", ()):
                bouncer.refused(ROLE, database)

        def address(part: str) -> Address:
            if part not in behind:
                raise ValueError(f"there is no {part!r} for a door to pass on to")
            return Address("127.0.0.1", behind[part])

        for number, asked in enumerate(fault.doors, start=1):
            names = (f"*.{DOMAIN}", DOMAIN)
            door = doors.opened(asked, world.authority, names, address, hosts, port, world.gateway.proxy)
            values["door_port" if number == 1 else f"door_port_{number}"] = str(parts.enter_context(door))
        endpoints = world.gateway.endpoints
        if fault.behind:
            own: Any = {field: Address("127.0.0.1", int(values[port])) for field, port in fault.behind.items()}
            endpoints[values["endpoint"]] = replace(endpoints[values["endpoint"]], **own)
        yield values


@contextlib.contextmanager
def _closed_port() -> Iterator[int]:
    """A port on loopback that is taken, so that nobody else gets it, and on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


def _pgbouncer(fault: Fault, world: World, values: dict[str, str]) -> PgBouncer:
    assert fault.pgbouncer is not None
    asked = {name: value for name, value in fault.pgbouncer.items() if name not in ("databases", "held", "tried")}
    usual = {"*": f"host=127.0.0.1 port={world.postgres_port}"}
    databases = fault.pgbouncer.get("databases", usual)
    if any(str(name).startswith("client_tls_") for name in asked):
        leaf = world.authority.issue("localhost", "127.0.0.1", "::1")
        asked |= {"client_tls_key_file": leaf.key_file, "client_tls_cert_file": leaf.chain_file}
    return PgBouncer(
        {name: goal.format_map(values) for name, goal in databases.items()},
        world.roles,
        {name: str(value).format_map(values) for name, value in asked.items()},
    )
