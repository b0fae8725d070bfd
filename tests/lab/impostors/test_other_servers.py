"""The impostors, by their bytes, and by what a real psql makes of them."""

from __future__ import annotations

import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from pgwhy.lab.impostors.other_servers import Impostor, behaviour, full_backlog
from pgwhy.lab.sockets.door import Door
from pgwhy.network import wire
from tests import parts
from tests.lab.neon.raw_client import RawClient
from tests.limits import HANGS_S

STARTUP = wire.startup_message({"user": "alex"})
QUIET = (Impostor.REDIS, Impostor.STALLS_IN_TLS, Impostor.SILENT)
QUIET_S = 0.2


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Impostor.HTTP, "received invalid response to SSL negotiation: H"),
        # OpenSSH's first byte is an S, and libpq takes it for a yes.
        (Impostor.SSH, "SSL error: wrong version number"),
        (Impostor.MYSQL, "received invalid response to SSL negotiation: d"),
        (Impostor.SAYS_NO, "server does not support SSL, but SSL was required"),
        (Impostor.GARBAGE_FOR_TLS, "SSL error: wrong version number"),
        (Impostor.CLOSES_AT_ONCE, "server closed the connection unexpectedly"),
        (Impostor.CLOSES, "server closed the connection unexpectedly"),
        # libpq does not tell a reset from an orderly end here.
        (Impostor.RESETS, "server closed the connection unexpectedly"),
    ],
)
def test_a_real_psql_says(kind: Impostor, said: str) -> None:
    with Door(behaviour(kind)) as door:
        assert said in psql(door.port)


def test_where_nothing_comes_a_real_psql_waits_until_its_limit() -> None:
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        ports = [stack.enter_context(Door(behaviour(kind))).port for kind in QUIET]
        assert all("timeout expired" in said for said in pool.map(psql, ports))


def test_a_full_backlog_lets_nobody_in_and_refuses_nobody() -> None:
    with full_backlog() as port, socket.socket() as client:
        client.settimeout(QUIET_S)
        with pytest.raises(TimeoutError):
            client.connect(("127.0.0.1", port))


# Byte for byte, as the real ones were taken down


def test_a_web_server_refuses_what_no_method_begins_with() -> None:
    for first in (wire.SSL_REQUEST, STARTUP, b"\x16\x03\x01\x02\x00"):
        with Door(behaviour(Impostor.HTTP)) as door, RawClient(door.port) as client:
            said = client.send(first).rest()
        assert said.startswith(b"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n")
        assert said.endswith(b"<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n")
        assert b"Content-Length: 157\r\n" in said


def test_a_web_server_answers_a_browser() -> None:
    with Door(behaviour(Impostor.HTTP)) as door, RawClient(door.port) as client:
        said = client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").rest()
    assert said.startswith(b"HTTP/1.1 404 Not Found\r\n")


def test_openssh_speaks_first_and_resets_at_what_is_no_line() -> None:
    with Door(behaviour(Impostor.SSH)) as door, RawClient(door.port) as client:
        banner = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
        assert client.exactly(len(banner)) == banner
        refusal = b"Invalid SSH identification string.\r\n"
        assert client.send(wire.SSL_REQUEST).exactly(len(refusal)) == refusal
        with pytest.raises(ConnectionResetError):
            client.rest()


def test_mariadb_greets_and_resets_at_a_packet_out_of_order() -> None:
    with Door(behaviour(Impostor.MYSQL)) as door, RawClient(door.port) as client:
        assert client.exactly(4) == b"d\0\0\0"
        greeting = client.exactly(100)
        assert greeting.startswith(b"\x0a5.5.5-10.11.19-MariaDB-0+deb12u1\0")
        assert greeting.endswith(b"\0mysql_native_password\0")
        refusal = b"!\0\0\x01\xff\x84\x04#08S01Got packets out of order"
        assert client.send(wire.SSL_REQUEST).exactly(len(refusal)) == refusal
        with pytest.raises(ConnectionResetError):
            client.rest()


def test_redis_waits_for_a_line_and_a_nul_byte_is_never_part_of_one() -> None:
    with Door(behaviour(Impostor.REDIS)) as door:
        with RawClient(door.port) as client:
            assert client.send(b"PING\r\n").exactly(7) == b"+PONG\r\n"
            refusal = b"-ERR unknown command 'HELP', with args beginning with: 'me' \r\n"
            assert client.send(b"HELP me\r\n").exactly(len(refusal)) == refusal
        for start in (wire.SSL_REQUEST, STARTUP):
            with RawClient(door.port) as client:
                assert is_silent(client.send(start).send(b"PING\r\n"))


def test_a_server_that_says_no_ends_when_the_client_goes_on_in_clear() -> None:
    with Door(behaviour(Impostor.SAYS_NO)) as door, RawClient(door.port) as client:
        assert client.send(wire.GSSENC_REQUEST).exactly(1) == b"N"
        assert client.send(wire.SSL_REQUEST).exactly(1) == b"N"
        assert client.send(STARTUP).rest() == b""


def test_an_impostor_serves_many_at_once_and_hangs_up_at_the_end() -> None:
    with Door(behaviour(Impostor.SILENT)) as door:
        clients = [RawClient(door.port, host) for host in door.hosts for _ in range(5)]
        assert is_silent(clients[-1])
    for client in clients:
        with client:
            assert client.rest() == b""


def test_the_end_of_a_door_does_not_wait_for_its_clients() -> None:
    begin = time.monotonic()
    with Door(behaviour(Impostor.STALLS_IN_TLS)) as door, RawClient(door.port) as client:
        client.send(wire.SSL_REQUEST)
    assert time.monotonic() - begin < HANGS_S


def is_silent(client: RawClient) -> bool:
    client.socket.settimeout(QUIET_S)
    try:
        client.socket.recv(1)
    except TimeoutError:
        return True
    return False


def psql(port: int, *parameters: str) -> str:
    """What it complains about, with TLS required."""
    target = f"postgresql://alex@127.0.0.1:{port}/neondb?sslmode=require&connect_timeout=2"
    program = parts.psql(parts.system_postgres())
    ran = subprocess.run(
        [program, "-XAtc", "select 1", "&".join((target, *parameters))], capture_output=True, text=True, cwd=Path("/")
    )
    assert ran.returncode == 2
    return ran.stderr
