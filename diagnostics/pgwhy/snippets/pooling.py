"""Pooled or direct: what each costs, and which one a stack gets (docs/neon.md, 4)."""

from __future__ import annotations

from pgwhy.snippets.stacks import Stack, Use
from pgwhy.target.provider import Provider, direct_host, pooled_host, recognise
from pgwhy.values import dataclass

POOLED = (
    "pooled: up to 10,000 clients share the server's connections. Nothing of a session lasts beyond a transaction: no "
    "SET, LISTEN, advisory locks, PREPARE or WITH HOLD CURSOR, and no pg_dump; a query may wait 120 s for its turn."
)
DIRECT = (
    "direct: a session of your own, with everything Postgres has. Each one takes a slot of max_connections, of which "
    "the smallest compute has 104, so many instances at once exhaust them."
)
"""What each costs, as one tells a person."""


@dataclass(frozen=True)
class Host:
    """The host that a snippet names."""

    name: str
    kind: str
    """`pooled` or `direct`; empty where the provider has no such pair, or its name is not known."""
    why: str
    """A sentence; empty where there was nothing to choose."""


def host_for(stack: Stack, host: str, wanted: str) -> Host:
    """The host for a stack. `wanted` is `pooled`, `direct` or empty: then the stack's use decides."""
    named = recognise(host)
    if named.provider is not Provider.NEON or not named.endpoint:
        why = f"--{wanted} changes nothing: {host or 'no host'} is no endpoint of Neon's" if wanted else ""
        return Host(host, "", why)
    given = "pooled" if named.pooled else "direct"
    kind, why = wanted or {Use.SERVERLESS: "pooled", Use.SERVER: given}.get(stack.use, "direct"), _REASONS[stack.use]
    if wanted:
        why = f"as --{wanted} says"
    return Host(pooled_host(host) if kind == "pooled" else direct_host(host), kind, f"{kind} host: {why}")


_REASONS = {
    Use.SERVERLESS: "many short-lived instances share a few server connections",
    Use.MIGRATIONS: "migrations need a session: advisory locks, SET and prepared statements",
    Use.SESSION: "a person's session, in which SET and LISTEN should work",
    Use.SERVER: "as in the string, because a program with its own pool works with either",
}
