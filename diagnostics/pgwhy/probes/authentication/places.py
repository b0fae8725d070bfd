"""Where the login goes, as libpq would choose: the first address, and the next one where that accepts no connection.

A place is what libpq gets of it: `host`, `hostaddr` and `port`. Opens nothing.
"""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pgwhy.failure import Failure
from pgwhy.network.stream import is_socket_path
from pgwhy.probes.probe import Run
from pgwhy.probes.startup import ServerReply, Startup
from pgwhy.probes.tcp import Attempt, Reach, Tcp
from pgwhy.probes.tls import SslAnswer, Tls

if TYPE_CHECKING:
    from pgwhy.network import Network

Place = dict[str, str]

MOVES_ON = (
    "session is read-only",
    "session is not read-only",
    "server is in hot standby mode",
    "server is not in hot standby mode",
    "the database system is",
)
"""What libpq says of a server that does not suit target_session_attrs, and what a server says that takes nobody now."""


async def first(seen: Run, network: Network) -> Place | None:
    """The place to begin with, `None` if no name can be looked up: libpq itself never looks one up.

    The lookup is the one that the probes share; the login does not wait for what else they ask about the name.
    """
    hosts, platform = seen.target.hosts, seen.machine.platform
    if hosts and (hosts[0].is_socket(platform) or not (hosts[0].name or hosts[0].hostaddr)):
        tcp = await seen.later(Tcp)
        given = {"host": hosts[0].name, "hostaddr": "", "port": str(hosts[0].port)}
        return next((_place(attempt) for attempt in tcp.attempts or () if not attempt.failure), given)
    for each in hosts:
        if not each.hostaddr and is_socket_path(each.name):
            continue  # what this platform has no sockets for: libpq might take it for a name, and look it up itself
        found = await network.lookup(each)
        if found.failure is None and found.addresses:
            return {"host": each.name, "hostaddr": found.addresses[0], "port": str(each.port)}
    return None


async def following(seen: Run, tried: list[Place], message: str) -> Place | None:
    """Where libpq goes on to after the last place tried ended with this text: past an address that accepts no
    connection, past a server that is not the one it is looking for. `None` where it stops. Waits for the tcp probe.
    """
    attempts = (await seen.later(Tcp)).attempts or ()
    dead = any(_place(attempt) == tried[-1] and attempt.failure for attempt in attempts)
    if not dead and not any(words in message for words in MOVES_ON):
        return None
    alive = (_place(attempt) for attempt in attempts if not attempt.failure)
    return next((place for place in alive if place not in tried), None)


async def objection(seen: Run, tried: list[Place]) -> Place | None:
    """Return when an earlier stage has decided that the last login is pointless: a better place, or `None` for none.

    Never returns while nothing speaks against the login.
    """
    if (await seen.later(Tcp)).outcome is Reach.NONE:
        return None
    if (better := await following(seen, tried, "")) is not None:
        return better
    tls = await seen.later(Tls)
    if tls.ssl_answer is SslAnswer.SILENT:
        return None
    if tls.handshake is False and tls.failure is Failure.TIMED_OUT and not tls.handshake_without_sni:
        return None
    startup = await seen.later(Startup)
    if startup.answer is ServerReply.SILENT:
        return None
    if tls.ssl_answer is SslAnswer.NOT_POSTGRES and startup.failure is Failure.TIMED_OUT:
        return None  # it said nothing to a Postgres client, and something to a line of text
    await asyncio.get_running_loop().create_future()
    return None


def _place(attempt: Attempt) -> Place:
    """For a Unix socket libpq wants the folder that it is in."""
    socket = attempt.address.startswith(("/", "@"))
    host = str(PurePosixPath(attempt.address).parent) if socket else attempt.host
    return {"host": host, "hostaddr": "" if socket else attempt.address, "port": str(attempt.port)}
