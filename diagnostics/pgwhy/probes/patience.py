"""How a client would have gone through the addresses that were tried: how long it waits on the dead ones. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pgwhy.client import ClientFacts
from pgwhy.client.habits import Addresses
from pgwhy.values import dataclass

LONGEST_S = 10.0
"""A connection that needs longer than a whole run counts as failing (docs/design.md, "Contracts")."""
GIVES_UP_AFTER_S = {"linux": 130.0, "darwin": 75.0, "win32": 21.0}
"""How long the system itself tries to connect, roughly (tcp(7): tcp_syn_retries; macOS tcp_keepinit)."""
OTHER_FAMILY_AFTER_S = 0.3
LEAST_SHARE_S = 2.0
"""Go's net.Dialer (`FallbackDelay`, `partialDeadline`): the other family begins so late, and of the time limit each
address gets an equal share, but at least so much."""


@dataclass(frozen=True)
class Met:
    """One address that was tried."""

    ipv6: bool
    connected: bool
    silent: bool
    """It neither accepted nor refused."""
    s: float
    """How long that took, in seconds."""


def delay(met: Sequence[Met], client: ClientFacts, asked_s: float, platform: str) -> tuple[float | None, bool]:
    """Seconds until the client gets to an address that answers (`None`: it never does), and whether it gives up.

    `asked_s` is the time limit of the target, 0 where it has none.
    """
    whole_s = 0.0 if client.timeout_per_address else asked_s or client.connect_timeout_s or 0.0
    limits = _limits(len(met), client, asked_s, platform)
    if client.addresses is Addresses.FAMILIES_RACE:
        waited_s = _race(met, whole_s, GIVES_UP_AFTER_S.get(platform, 130.0))
    else:
        waited_s = _in_turn(met, limits)
    if waited_s is None:
        return None, True
    return round(waited_s, 3), waited_s >= min(whole_s or LONGEST_S, LONGEST_S)


def _limits(count: int, client: ClientFacts, asked_s: float, platform: str) -> list[float]:
    """What each address gets."""
    each_s = GIVES_UP_AFTER_S.get(platform, 130.0)
    if client.timeout_per_address and asked_s:
        each_s = max(2.0, asked_s) if client.family == "libpq" else asked_s  # libpq 11 to 16 take 1 s as 2
    elif client.per_address_ms:
        # Node gives every address but the last one so little (net.connect, autoSelectFamily).
        return [client.per_address_ms / 1000] * (count - 1) + [LONGEST_S]
    return [each_s] * count


def _in_turn(met: Sequence[Met], limits: Sequence[float]) -> float | None:
    """Seconds until the connection begins that succeeds; `None` where none does."""
    waited_s = 0.0
    for one, limit_s in zip(met, limits, strict=True):
        if one.connected and one.s <= limit_s:
            return waited_s
        waited_s += limit_s if one.connected or one.silent else one.s
    return None


def _race(met: Sequence[Met], whole_s: float, system_s: float) -> float | None:
    """The family of the first address begins, and the other one joins in (RFC 8305, as Go does it)."""
    first = [one for one in met if one.ipv6 == met[0].ipv6]
    other = [one for one in met if one.ipv6 != met[0].ipv6]
    begun = _in_turn(first, _shares(len(first), whole_s, system_s))
    late_s = OTHER_FAMILY_AFTER_S
    if not any(one.connected or one.silent for one in first):
        late_s = min(late_s, sum(one.s for one in first))
    joined = _in_turn(other, _shares(len(other), whole_s - late_s if whole_s else 0.0, system_s))
    ends = [*([begun] if begun is not None else ()), *([late_s + joined] if joined is not None else ())]
    return min(ends, default=None)


def _shares(count: int, whole_s: float, system_s: float) -> list[float]:
    if not whole_s:
        return [system_s] * count
    shares, left_s = [], whole_s
    for waiting in range(count, 0, -1):
        share_s = min(left_s, max(LEAST_SHARE_S, left_s / waiting))
        shares.append(share_s)
        left_s -= share_s
    return shares
