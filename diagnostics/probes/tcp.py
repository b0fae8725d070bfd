"""The port: every address of both families at once, and what that means for a client that goes through them in order.

Opens: one TCP connection to each address (eight at most), four at a time, closed at once without a byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from diagnostics.facts import Record, derived, fact
from diagnostics.failure import Failure


class Reach(StrEnum):
    """How many of the addresses answer."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    ABSENT = "absent"
    """There is no address (of this family)."""


@dataclass(frozen=True)
class Attempt:
    """One address tried."""

    host: str
    address: str
    """An IP address, or the path of a Unix socket."""
    port: int
    ms: float
    failure: Failure | None
    """`None`: it connected."""
    detail: str = ""
    """The platform's own words for `Failure.OTHER`."""
    local: str = ""
    """Our own end, `address:port`, so that a server's log can be searched for it."""


@dataclass(frozen=True)
class Tcp(Record):
    """Which addresses take a connection."""

    name: ClassVar[str] = "tcp"

    attempts: tuple[Attempt, ...] | None = fact("each address in the order in which a client would try it")
    client_delay_s: float | None = fact(
        "how long the client spoken for waits on dead addresses before it gets to one that answers; 0 if the first does"
    )
    client_gives_up: bool | None = fact(
        "the client spoken for gives up before it gets to an address that answers, or gives it less time than it needs"
    )

    @derived
    def outcome(self) -> Reach | None:
        """whether all, some or none of the addresses take a connection"""
        return _reach(self.attempts, None)

    @derived
    def ipv4(self) -> Reach | None:
        """the same for the IPv4 addresses"""
        return _reach(self.attempts, 4)

    @derived
    def ipv6(self) -> Reach | None:
        """the same for the IPv6 addresses"""
        return _reach(self.attempts, 6)

    @derived
    def failure(self) -> Failure | None:
        """how it failed where every failed address failed in the same way; otherwise that of the first one"""
        failed = [a.failure for a in self.attempts or () if a.failure]
        return failed[0] if failed else None

    @derived
    def failures(self) -> tuple[Failure, ...] | None:
        """every way in which an address failed, each once"""
        return None if self.attempts is None else tuple(dict.fromkeys(a.failure for a in self.attempts if a.failure))

    @derived
    def first_answers(self) -> bool | None:
        """the address that a client tries first takes the connection"""
        return None if not self.attempts else self.attempts[0].failure is None

    @derived
    def loopback(self) -> bool | None:
        """the addresses tried are this machine itself"""
        if not self.attempts:
            return None
        return all(a.address == "::1" or a.address.startswith("127.") for a in self.attempts)

    @derived
    def connect_ms(self) -> float | None:
        """the quickest connection, in milliseconds: about one round trip"""
        done = [a.ms for a in self.attempts or () if not a.failure]
        return min(done) if done else None


def _reach(attempts: tuple[Attempt, ...] | None, family: int | None) -> Reach | None:
    if attempts is None:
        return None
    mine = [a for a in attempts if family is None or (":" in a.address) == (family == 6)]
    connected = sum(a.failure is None for a in mine)
    if not mine:
        return Reach.ABSENT
    return Reach.ALL if connected == len(mine) else Reach.SOME if connected else Reach.NONE
