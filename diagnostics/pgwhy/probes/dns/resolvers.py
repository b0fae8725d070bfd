"""What each resolver says by itself about a name, and about a random name that cannot exist."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable

from pgwhy.network import Network, query, resolve
from pgwhy.probes.probe import Run
from pgwhy.values import dataclass

QUERY_S = 3.0
"""What one resolver gets for one query, the second sending included."""
OWN_QUERY_S = 4.5
"""What this machine's own resolvers get for the name itself: nearly what glibc waits for one answer (5 s), so that a
resolver that a client would still hear is not called silent."""
PATIENCE_S = 0.6
"""How long a run whose name was found still waits for its own queries."""
PUBLIC = ("8.8.8.8", "1.1.1.1")
"""What `--compare-dns public` asks (neon.com/docs/connect/connection-errors#dns-resolution-issues)."""


@dataclass(frozen=True)
class ResolverAnswer:
    """What one resolver said about the name."""

    resolver: str
    """`address:port`."""
    record: str
    """`A` or `AAAA`."""
    rcode: str
    """`NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`; `SILENT` for no answer, `GARBAGE` for what is no DNS message."""
    addresses: tuple[str, ...]
    canonical: tuple[str, ...]
    """The CNAME chain, in order."""
    ms: float
    truncated_dead: bool = False
    """The answer was cut off, and TCP, where the rest is, does not answer."""
    compared: bool = False
    """This resolver was asked for comparison (`--compare-dns`) and is not one of this machine's."""


@dataclass(frozen=True)
class Answered:
    """One query's answer, and what was asked."""

    answer: ResolverAnswer
    random: str = ""
    """`domain` or `top` for a name that cannot exist, under the same domain or under none."""


async def ask_all(name: str, seen: Run, network: Network) -> list[asyncio.Task[Answered]]:
    """Begin every query for this name. The caller cancels what it does not wait for."""
    await query.dnspython.ready()
    return [asyncio.create_task(question) for question in _questions(name, seen, network)]


async def answers(questions: list[asyncio.Task[Answered]], network: Network, *, patient: bool) -> list[Answered]:
    """The answers in the order of the questions; without patience only those that come soon."""
    if not questions:
        return []
    done, _ = await asyncio.wait(questions, timeout=network.allowance(OWN_QUERY_S + 1 if patient else PATIENCE_S))
    return [question.result() for question in questions if question in done]


def are_hopeless(answered: Iterable[Answered]) -> bool:
    """None of this machine's resolvers will give getaddrinfo an answer: each is silent, or leaves it hanging on TCP."""
    own: dict[str, list[ResolverAnswer]] = {}
    for each in answered:
        own.setdefault(each.answer.resolver, []).append(each.answer)
    return bool(own) and all(
        all(a.rcode == query.SILENT for a in answers) or any(a.truncated_dead for a in answers)
        for answers in own.values()
    )


def _questions(name: str, seen: Run, network: Network) -> Iterable[Coroutine[None, None, Answered]]:
    own = resolve.configured_resolvers(seen.machine.resolver_file)
    texts = [text for given in seen.options.compare_dns for text in (PUBLIC if given == "public" else (given,))]
    for resolver in own:
        yield _ask(network, resolver, name, "A", limit_s=OWN_QUERY_S)
        yield _ask(network, resolver, name, "AAAA", limit_s=OWN_QUERY_S)
    for resolver in map(resolve.read_resolver, texts):
        yield _ask(network, resolver, name, "A", compared=True)
        yield _ask(network, resolver, name, "AAAA", compared=True)
    if not seen.options.wildcard_check:
        return
    label, domain = f"pgwhy-{network.random(8).hex()}", name.rstrip(".").partition(".")[2]
    for resolver in own:
        yield _ask(network, resolver, label, "A", random="top")
        if "." in domain:
            yield _ask(network, resolver, f"{label}.{domain}", "A", random="domain")


async def _ask(
    network: Network,
    resolver: resolve.Resolver,
    name: str,
    record: str,
    *,
    limit_s: float = QUERY_S,
    compared: bool = False,
    random: str = "",
) -> Answered:
    label = f"{resolver} {record}" + (" (a name that cannot exist)" if random else "")
    with network.timeline.span("dns", label) as span:
        reply = await query.ask(name, record, resolver, network.allowance(limit_s), network.clock, network.random)
        span.outcome = "ok" if reply.rcode == "NOERROR" else reply.rcode
    return Answered(
        ResolverAnswer(
            resolver=str(resolver),
            record=record,
            rcode=reply.rcode,
            addresses=reply.addresses,
            canonical=reply.canonical,
            ms=round(reply.ms, 2),
            truncated_dead=reply.truncated_dead,
            compared=compared,
        ),
        random,
    )
