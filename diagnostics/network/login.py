"""The login by libpq itself (through psycopg's `pq` layer), on the running event loop.

libpq is driven with PQconnectStart and PQconnectPoll (PostgreSQL, "Database Connection Control Functions"), so that its
time is ours to bound and its text is what the user's own tool would print.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from diagnostics.network import named_files, stream
from diagnostics.values import dataclass

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

    from diagnostics.network import Network

# psycopg costs more than all the rest of a run (150 ms): every function here imports it when it is first needed, and
# `warm` begins that on a thread as soon as the process knows that it will connect.

NO_PASSFILE = "/nonexistent/pgwhy-reads-it-itself"
"""The target has the password file's answer already; libpq stays silent about a path that does not exist."""


@dataclass(frozen=True)
class Login:
    """How one login by libpq ended."""

    connected: bool
    message: str
    """libpq's text, white space folded at the ends; empty if it connected."""
    timed_out: bool
    """`limit_s` passed, in whatever state it was."""
    password_needed: bool
    """The server asked for a password and none was given (PQconnectionNeedsPassword)."""
    password_used: bool
    """The server asked for a password and libpq used the one it has (PQconnectionUsedPassword)."""
    exchanges: int
    """Password exchanges, libpq's own second attempt included."""
    elapsed_ms: float
    waiting_ms: float
    """The longest silence of the server after the password was first used; 0 if it never was."""
    local: str
    """Our end of the last connection, `address:port`; empty if there was none."""
    encrypted: bool
    connection: PGconn | None
    """Open, in non-blocking mode, when `connected`; to be closed with `finish`."""


def libpq_version() -> int:
    """The version of the libpq in use, as libpq numbers it: 180000."""
    from psycopg import pq

    return pq.version()


def conninfo_error(text: str) -> str:
    """What libpq says when it reads a URI or a keyword DSN; empty if it can read it. The text may hold secrets."""
    from psycopg import pq
    from psycopg.errors import OperationalError

    try:
        pq.Conninfo.parse(text.encode("utf-8", "surrogateescape"))
    except OperationalError as error:
        return str(error).strip()
    return ""


def warm() -> None:
    """Import psycopg; for a thread that runs beside the first probes. A failure shows itself at the login."""
    with contextlib.suppress(ImportError):
        from psycopg import pq  # noqa: F401


async def login(network: Network, parameters: Mapping[str, str], password: str | None, limit_s: float | None) -> Login:
    """One connection with these libpq parameters and nothing from the environment.

    `password` is handed over in memory. `limit_s` in seconds; `None` means until the run's deadline. Never raises for
    what a server or a network does. The caller holds `network.login_turn`.
    """
    from psycopg import pq

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    wanted = {name: value for name, value in parameters.items() if name in known}
    secret = {"password": password} if password is not None else {}
    if unread := named_files.refusal(wanted):
        return Login(False, unread, False, False, False, 0, 0.0, 0.0, "", False, None)
    begin = network.clock()
    with _without_pg_variables():
        conninfo = _conninfo({**wanted, **secret, "passfile": NO_PASSFILE})
        connection = pq.PGconn.connect_start(conninfo.encode("utf-8", "surrogateescape"))
    watch = _Watch(network)
    try:
        async with asyncio.timeout(network.remaining(limit_s)):
            connected = await _poll(connection, watch)
        timed_out = False
    except TimeoutError:
        connected, timed_out = False, True
    except asyncio.CancelledError:
        connection.finish()
        network.exchanges += watch.exchanges if password is not None else 0
        raise
    message = "" if connected or timed_out else connection.get_error_message().strip()
    used = bool(connection.used_password)
    ended = Login(
        connected=connected,
        message=message,
        timed_out=timed_out,
        password_needed=bool(connection.needs_password),
        password_used=used and password is not None,
        exchanges=watch.exchanges if password is not None else 0,
        elapsed_ms=(network.clock() - begin) * 1000,
        waiting_ms=watch.longest_ms,
        local=watch.local,
        encrypted=watch.encrypted,
        connection=connection if connected else None,
    )
    if not connected:
        connection.finish()
    else:
        connection.nonblocking = 1
    network.exchanges += ended.exchanges
    return ended


async def query(network: Network, connection: PGconn, sql: str, limit_s: float) -> list[list[str | None]] | str:
    """Run one simple query: the rows of its last result, or the server's error as a text.

    Raises `TimeoutError` after `limit_s` seconds (or at the run's deadline), `ConnectionError` if the connection broke.
    """
    from psycopg import pq
    from psycopg.errors import OperationalError

    result = None
    try:
        connection.send_query(sql.encode())
        async with asyncio.timeout(network.remaining(limit_s)):
            while connection.flush():
                await _ready(connection.socket, write=True)
            while (following := await _next_result(connection)) is not None:
                result = following
    except OperationalError as error:  # psycopg's word for whatever broke
        raise ConnectionError(connection.get_error_message().strip() or str(error)) from None
    if result is None:
        raise ConnectionError("the server ended the connection")
    if result.status != pq.ExecStatus.TUPLES_OK:
        return result.get_error_message().strip()
    return [[_text(result.get_value(row, column)) for column in range(result.nfields)] for row in range(result.ntuples)]


@dataclass
class _Watch:
    """What can only be seen while libpq is at work."""

    network: Network
    local: str = ""
    encrypted: bool = False
    longest_ms: float = 0.0
    exchanges: int = 0
    """How often a password was asked for: libpq forgets that it was when it begins again (under prefer and allow)."""


async def _next_result(connection: PGconn) -> PGresult | None:
    """The next result of a query, `None` after the last. Raises `ConnectionError` where the server begins a COPY."""
    from psycopg import pq

    while connection.is_busy():
        await _ready(connection.socket, write=False)
        connection.consume_input()
    result = connection.get_result()
    if result is not None and result.status in (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH):
        # libpq would give this result again and again until the copy is done.
        raise ConnectionError("the server answered the query with a COPY")
    return result


async def _poll(connection: PGconn, watch: _Watch) -> bool:
    from psycopg import pq

    if connection.status == pq.ConnStatus.BAD:
        return False
    step = pq.PollingStatus.WRITING
    while True:
        since = watch.network.clock()
        used = bool(connection.used_password)
        await _ready(connection.socket, write=step == pq.PollingStatus.WRITING)
        if used:
            watch.longest_ms = max(watch.longest_ms, (watch.network.clock() - since) * 1000)
        _note_ends(connection.socket, watch)
        step = pq.PollingStatus(connection.connect_poll())
        watch.exchanges += bool(connection.used_password) and not used
        watch.encrypted = watch.encrypted or bool(connection.ssl_in_use)
        if step == pq.PollingStatus.OK:
            return True
        if step == pq.PollingStatus.FAILED:
            return False


async def _ready(descriptor: int, *, write: bool) -> None:
    """Wait until a descriptor can be read or written. It must be asked for anew each time: libpq changes sockets."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    add, remove = (loop.add_writer, loop.remove_writer) if write else (loop.add_reader, loop.remove_reader)
    add(descriptor, wake)
    try:
        await ready
    finally:
        remove(descriptor)


def _conninfo(parameters: Mapping[str, str]) -> str:
    """Keywords and values for libpq (PostgreSQL, "Keyword/Value Connection Strings")."""
    quoted = {name: value.replace("\\", "\\\\").replace("'", "\\'") for name, value in parameters.items()}
    return " ".join(f"{name}='{value}'" for name, value in quoted.items())


def _note_ends(descriptor: int, watch: _Watch) -> None:
    """Which connection it is by now: libpq opens another one for each address, and under prefer for a second try."""
    import socket

    if sys.platform == "win32":
        # A copy of a socket handle would have to be made with WSADuplicateSocket: not worth it for a log line.
        return
    try:
        with socket.socket(fileno=os.dup(descriptor)) as copy:
            local, remote = stream.named(copy.getsockname()), stream.named(copy.getpeername())
    except OSError:
        return
    if local:
        watch.local = local
        watch.network.timeline.connected(local, remote)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


@contextlib.contextmanager
def _without_pg_variables() -> Iterator[None]:
    """Hide PG* from libpq while it fills in its defaults: the target holds them already, with its changes.

    Nothing is awaited inside, so no other task sees the environment without them.
    """
    hidden = {name: value for name, value in os.environ.items() if name.startswith("PG")}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)
