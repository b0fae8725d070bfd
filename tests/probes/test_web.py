"""Port 443 of the provider: asked only when it may be, over a verified connection, without credentials."""

from __future__ import annotations

import functools

import pytest

from pgwhy.facts import Observations
from pgwhy.failure import Failure
from pgwhy.lab.authority import Authority, CertificateFault
from pgwhy.network import Network
from pgwhy.probes import tcp, web
from pgwhy.probes.probe import Options
from pgwhy.probes.web import Web
from tests import servers
from tests.probes.conftest import NEON_HOST, Look

API_HOST = "api." + NEON_HOST.partition(".")[2]


def record(seen: Observations) -> Web:
    found = seen.records["web"]
    assert isinstance(found, Web)
    return found


def uri(port: int, host: str = NEON_HOST) -> str:
    return f"postgresql://alex@{host}:{port}/neondb?hostaddr=127.0.0.1"


def rerouted(port: int) -> functools.partial[Network]:
    there = ("127.0.0.1", port)
    return functools.partial(Network, reroute={(API_HOST, 443): there, (NEON_HOST, 443): there})


class Proxy:
    """The provider's web side, as far as it answers without credentials."""

    def __init__(self) -> None:
        self.heads: list[str] = []

    def __call__(self, head: str) -> bytes:
        self.heads.append(head)
        if head.startswith("GET /v2 "):
            return b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
        return b"HTTP/1.1 200 OK\r\nAllow: OPTIONS, POST\r\nNeon-Request-Id: 0e77\r\n\r\n"


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgwhy.network.trust_store._BUNDLES", (authority.root_file,))


@pytest.mark.usefixtures("trusted")
def test_the_way_over_the_web_is_found_open_where_the_port_is_closed(look: Look, authority: Authority) -> None:
    proxy = Proxy()
    with servers.serving(servers.https(authority.issue(NEON_HOST, API_HOST).context(), proxy)) as port:
        seen = record(look(uri(servers.closed_port()), tcp.PROBE, web.PROBE, network=rerouted(port)))
    assert (seen.asked, seen.reachable, seen.status, seen.request_id) == (True, True, 200, "0e77")
    assert (seen.url, seen.websocket, seen.failure) == (f"https://{API_HOST}/sql", True, None)
    assert sorted(head.split("\r\n")[0] for head in proxy.heads) == ["GET /v2 HTTP/1.1", "OPTIONS /sql HTTP/1.1"]
    assert not any("alex" in head or "authorization" in head.lower() for head in proxy.heads)


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_somebody_else_is_not_the_provider(look: Look, authority: Authority) -> None:
    context = authority.issue(NEON_HOST, API_HOST, fault=CertificateFault.UNKNOWN_CA).context()
    with servers.serving(servers.https(context, Proxy())) as port:
        seen = record(look(uri(servers.closed_port()), tcp.PROBE, web.PROBE, network=rerouted(port)))
    assert (seen.reachable, seen.status, seen.failure) == (False, 0, Failure.TLS_LOCAL)
    assert seen.detail


def test_a_closed_443_is_refused(look: Look) -> None:
    closed = rerouted(servers.closed_port())
    seen = record(look(uri(servers.closed_port()), tcp.PROBE, web.PROBE, network=closed))
    assert (seen.asked, seen.reachable, seen.failure) == (True, False, Failure.REFUSED)


def test_nobody_is_asked_where_the_port_answers_unless_the_user_wants_it(look: Look) -> None:
    network = rerouted(servers.closed_port())
    with servers.serving(servers.silent) as port:
        by_itself = record(look(uri(port), tcp.PROBE, web.PROBE, network=network))
        wanted = record(look(uri(port), tcp.PROBE, web.PROBE, network=network, options=Options(web=True)))
    assert (by_itself.asked, wanted.asked) == (False, True)


@pytest.mark.usefixtures("trusted")
def test_a_port_that_stays_silent_is_not_waited_for_to_the_end(
    look: Look, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "LIKELY_DEAD_S", 0.2)
    networks: list[Network] = []
    server = servers.https(authority.issue(NEON_HOST, API_HOST).context(), Proxy())
    with servers.serving(server) as port, servers.full_backlog() as dead:

        def network() -> Network:
            networks.append(rerouted(port)())
            return networks[-1]

        seen = record(look(uri(dead), tcp.PROBE, web.PROBE, network=network))
    ends = {span.probe: span.end_ms for span in networks[0].timeline.spans}
    assert seen.reachable and (ends["web"] or 0) < (ends["tcp"] or 0)


def test_no_web_and_other_providers_are_left_alone(look: Look) -> None:
    port = servers.closed_port()
    assert record(look(uri(port), tcp.PROBE, web.PROBE, options=Options(web=False))) == Web(asked=False)
    assert record(look(uri(port, "db.test"), tcp.PROBE, web.PROBE, options=Options(web=True))) == Web(asked=False)
