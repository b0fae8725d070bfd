"""What stands between client and server, with a real psql, a real Postgres and the gateway on its two sides."""

from __future__ import annotations

import socket
import subprocess
import time

from pgwhy.lab.impostors.middlebox import end_tls, forward, intercept, strip_tls
from pgwhy.lab.impostors.other_servers import Impostor, behaviour
from pgwhy.lab.neon.web import web
from pgwhy.lab.postgres.installation import Installation
from pgwhy.lab.sockets.door import Address, Behaviour, Door
from pgwhy.lab.world import World
from pgwhy.network import wire
from tests import parts
from tests.lab.impostors.test_tls_impostors import psql
from tests.lab.neon.raw_client import RawClient
from tests.limits import HANGS_S


def test_a_forwarder_changes_nothing(world: World) -> None:
    ran = through(forward(gateway(world)), world, "channel_binding=require", "sslmode=verify-full", trusted(world))
    assert (ran.returncode, ran.stdout) == (0, "alex\n"), ran.stderr


def test_a_forwarder_with_nothing_behind_it_closes_without_a_word(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nowhere = Address("127.0.0.1", gone.getsockname()[1])
    ran = through(forward(nowhere), world)
    assert "server closed the connection unexpectedly" in ran.stderr


def test_a_forwarder_cuts_an_idle_connection(world: World) -> None:
    with Door(forward(gateway(world), idle_limit_s=0.3)) as door, RawClient(door.port) as client:
        client.request_tls(world.host).start(user="alex").offered()
        begin = time.monotonic()
        assert client.rest() == b""
        assert 0.2 < time.monotonic() - begin < HANGS_S


def test_tls_is_stripped_on_the_way_and_the_gateway_refuses(world: World) -> None:
    ran = through(strip_tls(gateway(world)), world)
    assert "server does not support SSL, but SSL was required" in ran.stderr
    ran = through(strip_tls(gateway(world)), world, "sslmode=prefer")
    assert "connection is insecure (try using `sslmode=require`)" in ran.stderr


def test_direct_tls_ends_before_the_server(world: World) -> None:
    behave = end_tls(backend(world), world.authority.issue(f"*.{world.host.partition('.')[2]}"))
    ran = through(behave, world, "sslnegotiation=direct", installation=parts.wheel_postgres())
    assert (ran.returncode, ran.stdout) == (0, "alex\n"), ran.stderr
    assert "server closed the connection unexpectedly" in through(behave, world).stderr


def test_direct_tls_answers_ssl_request_with_nothing_or_an_alert(world: World) -> None:
    with Door(end_tls(backend(world), world.authority.issue("x.example"))) as door, RawClient(door.port) as client:
        assert client.send(wire.SSL_REQUEST).rest()[:1] in (b"", b"\x15")


def test_an_interceptor_lets_through_who_verifies_nothing(world: World) -> None:
    ran = through(intercept(gateway(world), world.authority), world, "channel_binding=disable")
    assert (ran.returncode, ran.stdout) == (0, "alex\n"), ran.stderr


def test_an_interceptor_is_seen_by_who_verifies(world: World) -> None:
    ran = through(intercept(gateway(world), world.authority), world, "sslmode=verify-full", trusted(world))
    assert "certificate verify failed" in ran.stderr


def test_an_interceptor_breaks_channel_binding(world: World) -> None:
    ran = through(intercept(gateway(world), world.authority), world, "channel_binding=require")
    assert "insecure connection: secure channel data mismatch" in ran.stderr


def test_the_web_side_upgrades_to_websocket_and_refuses_what_it_does_not_know(world: World) -> None:
    leaf = world.authority.issue("api.example")
    upgrade = (
        b"GET /v2 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with Door(web(leaf)) as door:
        with RawClient(door.port) as client:
            said = client.tls("api.example").send(upgrade).exactly(120)
            # The example of RFC 6455, section 1.3.
            assert said.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
        with RawClient(door.port) as client:
            said = client.tls("api.example").send(b"GET / HTTP/1.1\r\n\r\n").rest()
            assert said.startswith(b"HTTP/1.1 400 Bad Request\r\nneon-request-id: ")
            assert said.endswith(b'\r\n\r\n"query is not supported"')


def test_a_server_behind_may_be_an_impostor_too(world: World) -> None:
    with Door(behaviour(Impostor.HTTP)) as impostor:
        ran = through(forward(Address("127.0.0.1", impostor.port)), world)
    assert "received invalid response to SSL negotiation: H" in ran.stderr


def through(
    behave: Behaviour, world: World, *parameters: str, installation: Installation | None = None
) -> subprocess.CompletedProcess[str]:
    """psql, asking for the endpoint, with the middlebox in the gateway's place."""
    with Door(behave) as door:
        return psql(installation or parts.system_postgres(), door.port, world.host, world, *parameters)


def gateway(world: World) -> Address:
    return Address("127.0.0.1", world.gateway.port)


def backend(world: World) -> Address:
    return Address("127.0.0.1", world.postgres.port)


def trusted(world: World) -> str:
    return f"sslrootcert={world.root_certificate}"
