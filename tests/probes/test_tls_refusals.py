"""Servers that want TLS in another way than it was asked for: what the TLS probe learns from their refusals."""

from __future__ import annotations

import select
import socket

from pgwhy.lab.authority import Authority
from pgwhy.lab.impostors import middlebox, other_servers, tls_impostors
from pgwhy.lab.sockets.door import Address, Door
from pgwhy.lab.sockets.manners import farewell, reset
from pgwhy.probes import tcp, tls
from pgwhy.probes.tls import Speaks, SslAnswer, Tls
from tests.probes.conftest import Look

NOBODY = Address("127.0.0.1", 9)


def observed(door: Door, look: Look) -> Tls:
    seen = look(f"postgresql://a@db.test:{door.port}/d?hostaddr=127.0.0.1", tcp.PROBE, tls.PROBE)
    found = seen.records["tls"]
    assert isinstance(found, Tls)
    return found


def test_a_server_that_hangs_up_on_the_question_and_takes_tls_at_once_is_found_out(
    authority: Authority, look: Look
) -> None:
    with Door(middlebox.end_tls(NOBODY, authority.issue("db.test"))) as door:
        seen = observed(door, look)
    assert (seen.ssl_answer, seen.takes_direct) == (SslAnswer.CLOSED, True)


def test_a_server_that_hangs_up_on_everything_takes_no_direct_tls(look: Look) -> None:
    with Door(other_servers.behaviour(other_servers.Impostor.CLOSES)) as door:
        seen = observed(door, look)
    assert (seen.ssl_answer, seen.takes_direct) == (SslAnswer.CLOSED, False)


def test_a_greeting_that_a_reset_overtook_is_heard_by_one_who_says_nothing(look: Look) -> None:
    def greet_the_patient(connection: socket.socket) -> None:
        if select.select([connection], [], [], 0.1)[0]:
            return reset(connection)  # as it looks from a system that drops what was not read yet
        return farewell(connection, b"SSH-2.0-any\r\n")

    with Door(greet_the_patient) as door:
        seen = observed(door, look)
    assert (seen.ssl_answer, seen.speaks) == (SslAnswer.NOT_POSTGRES, Speaks.SSH)


def test_a_server_that_resets_whatever_is_said_stays_a_reset(look: Look) -> None:
    with Door(other_servers.behaviour(other_servers.Impostor.RESETS)) as door:
        assert observed(door, look).ssl_answer is SslAnswer.RESET


def test_direct_tls_is_not_tried_where_the_question_is_answered(look: Look) -> None:
    with Door(other_servers.behaviour(other_servers.Impostor.SAYS_NO)) as door:
        assert observed(door, look).takes_direct is None


def test_a_refused_client_hello_is_told_from_a_handshake_that_fails_later(authority: Authority, look: Look) -> None:
    kinds = (tls_impostors.TlsKind.NO_COMMON_CIPHER, tls_impostors.TlsKind.CLIENT_CERTIFICATE)
    answered = []
    for kind in kinds:
        with Door(tls_impostors.behaviour(kind, authority, ("db.test",))) as door:
            answered.append(observed(door, look).hello_answered)
    assert answered == [False, True]
