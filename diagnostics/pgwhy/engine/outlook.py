"""What a run would send, and where, before it begins: the permit's decision in words, for `--plan`. Opens nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pgwhy.client import Client
from pgwhy.machine import Machine
from pgwhy.probes import permit
from pgwhy.target import protection
from pgwhy.target.model import Host, Target
from pgwhy.target.obstacle import ClearText

if TYPE_CHECKING:
    from pgwhy.rulebook.book import Rulebook


def of_the_password(target: Target, client: Client, machine: Machine) -> Iterator[str]:
    """Whether a password would be sent, to which hosts, and under which conditions; a line each."""
    if protection.names_an_engine(target.value("sslkey") or "", machine.platform):
        yield "make no login: sslkey names an OpenSSL engine, which pgwhy does not load"
        return
    if target.password is None:
        yield "send no password: none is set"
        return
    if client.way.over_443:
        (host,) = target.hosts[:1]
        yield f"send the password to port {host.port} of {host.name}, over TLS with a verified certificate alone"
        return
    places = " or ".join(dict.fromkeys(_place(host) for host in target.hosts))
    yield f"send the password to {places}, and to no other server"
    yield from _in_clear_text(target, client)


def of_fixes(rulebook: Rulebook) -> Iterator[str]:
    """A line about the fixes that would connect to another server, with the rules that they belong to."""
    rules = [
        rule.id for rule in rulebook.rules if any(fix.change and _leads_elsewhere(fix.change) for fix in rule.fixes)
    ]
    if rules:
        yield (
            "try fixes that lead to another host, address or port without a login, unless a certificate proves that it "
            f"is the same server (verify-full): {', '.join(rules)}"
        )


def _place(host: Host) -> str:
    where = host.hostaddr or host.name
    return f"{where} port {host.port}" if where else f"the default Unix socket for port {host.port}"


def _in_clear_text(target: Target, client: Client) -> Iterator[str]:
    word = permit.own_word(target)
    if word in (ClearText.SSLMODE_DISABLE, ClearText.PGSSLMODE):
        yield f"send it in clear text if the server asks for that: sslmode=disable is in {_source(target)}"
    else:
        yield "never send it in clear text, except over TLS with a verified certificate (verify-full) or a Unix socket"
    if word is ClearText.PGSSLMODE_ALONE:
        yield f"not take {_source(target)} for your word: it says disable, and your connection string does not"
    if protection.rank(permit.parameters(target, client)) < protection.VERIFY_FULL and not _libpq_can_refuse():
        yield "make no login where that cannot be refused: this libpq has no require_auth (libpq 16)"


def _source(target: Target) -> str:
    return str(target.settings["sslmode"].source)


def _libpq_can_refuse() -> bool:
    from pgwhy.network import login

    return "require_auth" in login.keywords_here()


def _leads_elsewhere(change: Mapping[str, Any]) -> bool:
    changed: Iterable[str] = (*change.get("set", {}), *change.get("remove", ()))
    return any(name in ("host", "hostaddr", "port") for name in changed)
