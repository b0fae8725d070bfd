"""A server that is full, perhaps only of this run's own connections: then the login is made once more.

Opens nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pgwhy.probes.startup import Startup

if TYPE_CHECKING:
    from pgwhy.network import Network
    from pgwhy.network.login import Login
    from pgwhy.probes.probe import Run

LEAVE_S = 0.3
"""A server has noticed by then that a client has gone: its process ends, and with it what it took."""


async def may_have_room_now(ended: Login, most: int, seen: Run, network: Network) -> bool:
    """The login ended because the server was full, and the other probes' connections to it have left meanwhile.

    False as well where no time is left, or not the `most` password exchanges that another login may take.
    """
    from pgwhy.error_text import deciding  # where a login fails, its text is read anyway
    from pgwhy.error_text.says import Says

    if ended.connection or not any(said.says is Says.TOO_MANY_CONNECTIONS for said in deciding.counting(ended.message)):
        return False
    await seen.later(Startup)
    if network.exchanges + most > network.MAX_EXCHANGES or network.remaining() < 2 * LEAVE_S:
        return False
    await asyncio.sleep(LEAVE_S)
    return True
