"""Who answers at a place, by the word that fault files and the description of `serve` have for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pgwhy.lab.authority import Authority
from pgwhy.lab.impostors import directory, http_proxy, middlebox, other_servers, role_router, tls_impostors
from pgwhy.lab.neon.proxy import Proxy
from pgwhy.lab.neon.serverless import serverless
from pgwhy.lab.neon.web import web
from pgwhy.lab.network.cable import SERVERS
from pgwhy.lab.sockets.door import LOOPBACK, Address, Behaviour, Door

_OWN = (
    "full-backlog",
    "web",
    "ldap",
    "forward",
    "strip-tls",
    "end-tls",
    "intercept",
    "oauth-before-scram",
    "scram-before-oauth",
    "one-segment-hello",
    "detects-protocol",
    "routes-by-role",
    "serverless",
    "http-proxy",
)
KINDS: tuple[str, ...] = (*other_servers.Impostor, *tls_impostors.TlsKind, *_OWN)


@contextlib.contextmanager
def opened(
    asked: Mapping[str, Any],
    authority: Authority,
    names: tuple[str, ...],
    behind: Callable[[str], Address],
    default_hosts: Iterable[str] = LOOPBACK,
    default_port: int = 0,
    proxy: Proxy | None = None,
) -> Iterator[int]:
    """A door as a fault file describes it, open; gives its port.

    `names` are on its certificate where it asks for no others, `behind` says where a part listens, `proxy` is what
    `serverless` asks. Raises `ValueError` for an unknown kind, or one that lacks what it needs.
    """
    hosts, port = tuple(asked.get("hosts", default_hosts)), asked.get("port", default_port)
    if asked["kind"] == "full-backlog":
        with other_servers.full_backlog(hosts[0], port) as taken:
            yield taken
        return
    with Door(_behaviour(asked, authority, names, behind, proxy), hosts, port) as door:
        yield door.port


def _behaviour(
    asked: Mapping[str, Any],
    authority: Authority,
    names: tuple[str, ...],
    behind: Callable[[str], Address],
    proxy: Proxy | None,
) -> Behaviour:
    kind = asked["kind"]
    names = tuple(asked.get("certificate_names", names))
    if kind in list(other_servers.Impostor):
        return other_servers.behaviour(other_servers.Impostor(kind))
    if kind in list(tls_impostors.TlsKind):
        server = behind(asked["behind"]) if "behind" in asked else None
        return tls_impostors.behaviour(tls_impostors.TlsKind(kind), authority, names, server)
    if kind == "web":
        return web(authority.issue(*names))
    if kind == "serverless":
        if proxy is None:
            raise ValueError("a door of the kind serverless needs the world of a fault")
        return serverless(authority.issue(*names), proxy)
    if kind == "http-proxy":
        return http_proxy.http_proxy(SERVERS[0], tuple(asked.get("ports", ())))
    if kind == "ldap":
        return directory.refuses_everybody
    if kind not in KINDS:
        raise ValueError(f"no door is of the kind {kind!r}")
    if "behind" not in asked:
        raise ValueError(f"a door of the kind {kind} says what is behind it")
    server = behind(asked["behind"])
    if kind == "forward":
        return middlebox.forward(server, asked.get("idle_limit_s"))
    if kind == "strip-tls":
        return middlebox.strip_tls(server)
    if kind in ("oauth-before-scram", "scram-before-oauth"):
        return middlebox.offers_oauth(server, first=kind == "oauth-before-scram")
    if kind == "one-segment-hello":
        return middlebox.one_segment_hello(server)
    if kind == "detects-protocol":
        return middlebox.detects_protocol(server)
    if kind == "end-tls":
        return middlebox.end_tls(server, authority.issue(*names))
    if kind == "routes-by-role":
        return role_router.routes_by_role(authority.issue(*names), server)
    return middlebox.intercept(server, authority)
