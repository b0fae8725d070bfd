"""One HTTPS request over a connection that is verified."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime

import pytest

from pgwhy.failure import Failure
from pgwhy.lab.authority import Authority, CertificateFault
from pgwhy.network import Network, https, trust_store
from pgwhy.network.stream import Broken
from tests import servers

NAME = "api.db.test"


def ask(context: ssl.SSLContext, authority: Authority, answer: bytes) -> https.Reply:
    async def main(port: int) -> https.Reply:
        network = Network(reroute={(NAME, 443): ("127.0.0.1", port)})
        trusted = https.Trusted(trust_store.one_file(authority.root_file), datetime.now(UTC))
        return await https.request(network, "OPTIONS", NAME, "/sql", {"Connection": "close"}, trusted, 5)

    heads: list[str] = []

    def reply(head: str) -> bytes:
        heads.append(head)
        return answer

    with servers.serving(servers.https(context, reply)) as port:
        found = asyncio.run(main(port))
    assert heads == [f"OPTIONS /sql HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n"]
    return found


def test_status_and_headers_come(authority: Authority) -> None:
    answer = b"HTTP/1.1 200 OK\r\nNeon-Request-Id: 42\r\n\r\nbody"
    found = ask(authority.issue(NAME).context(), authority, answer)
    assert (found.status, found.headers["neon-request-id"]) == (200, "42")


@pytest.mark.parametrize("fault", [CertificateFault.UNKNOWN_CA, CertificateFault.OTHER_NAME])
def test_a_certificate_that_is_not_to_be_trusted_ends_it(fault: CertificateFault, authority: Authority) -> None:
    with pytest.raises(Broken) as broken:
        ask(authority.issue(NAME, fault=fault).context(), authority, b"HTTP/1.1 200 OK\r\n\r\n")
    assert broken.value.failure is Failure.TLS_LOCAL and broken.value.detail


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1\r\n\r\n", b""])
def test_what_is_no_http_is_a_breach_of_protocol(answer: bytes, authority: Authority) -> None:
    with pytest.raises(Broken) as broken:
        ask(authority.issue(NAME).context(), authority, answer)
    assert broken.value.failure is Failure.PROTOCOL


def test_an_endless_head_is_cut_off(authority: Authority) -> None:
    answer = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000
    assert ask(authority.issue(NAME).context(), authority, answer).status == 200
