"""The login by libpq itself, in a child process (`worker`, `libpq.child`).

libpq is driven there with PQconnectStart and PQconnectPoll (PostgreSQL, "Database Connection Control Functions"), so
that its text is what the user's own tool would print. The password goes to the child over a pipe.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pgwhy.libpq.process import NoProcess
from pgwhy.network import background, named_files, stream
from pgwhy.network.worker import Fields, Gone, Worker, Workers
from pgwhy.shipped.once import once
from pgwhy.values import dataclass

if TYPE_CHECKING:
    from pgwhy.network import Network

NO_PASSFILE = "/nonexistent/pgwhy-reads-it-itself"
"""The target has the password file's answer already; libpq stays silent about a path that does not exist."""
MAX_ITERATIONS = 1_000_000
"""SCRAM iterations that a login computes, about a second of work. PostgreSQL's default is 4096."""


class Stop(StrEnum):
    """A limit of ours that ended a login: what it is about is not the server's word."""

    EXCHANGES = "exchanges-spent"
    """The server asked for a password once more than the login was allowed to answer."""
    ITERATIONS = "scram-iterations"
    """The server asks for more than `MAX_ITERATIONS` rounds of SCRAM; the proof was neither computed nor sent."""
    MEMORY = "memory"
    """The server sent more than the child has memory for."""
    UNGUARDED = "unguarded"
    """libpq before 16 has no `require_auth`, which was to keep a clear-text password back: nothing was sent."""
    GONE = "process-gone"
    """The child ended before it had answered."""
    NO_PROCESS = "no-process"
    """No child could be started: nothing was sent."""


@dataclass(frozen=True)
class Login:
    """How one login by libpq ended."""

    connected: bool
    message: str
    """libpq's text, white space folded at the ends; empty if it connected, and where `stopped`."""
    timed_out: bool
    """`limit_s` passed, in whatever state it was."""
    password_needed: bool
    """The server asked for a password and none was given (PQconnectionNeedsPassword)."""
    password_used: bool
    """The server asked for a password and libpq used the one it has (PQconnectionUsedPassword)."""
    exchanges: int
    """Password exchanges on the wire, in all connections that libpq made: messages with a password or its md5 hash, and
    exchanges of SCRAM that were begun."""
    elapsed_ms: float
    waiting_ms: float
    """The longest silence of the server after the password was first used; 0 if it never was."""
    local: str
    """Our end of the last connection, `address:port`; empty if there was none."""
    encrypted: bool
    connection: Connection | None
    """Open when `connected`; to be closed with `finish`."""
    stopped: Stop | None = None
    """What limit of ours ended it; `None` if none did."""
    scram_iterations: int | None = None
    """The rounds of SCRAM that the server asked for; `None` where it did not get so far, or libpq is older than 18."""


class Connection:
    """An open connection, in a child that it has for itself until `finish`."""

    def __init__(self, workers: Workers, worker: Worker, backend_pid: int) -> None:
        self._workers, self.worker = workers, worker
        self.backend_pid = backend_pid
        """The process that greeted, as the server says it."""
        self._open = True

    def finish(self) -> None:
        """Close it, in the server's eyes as well. Does not wait."""
        if self._open:
            self._open = False
            if not self.worker.busy:
                self.worker.say(b"finish")
            self._workers.give_back(self.worker)


async def libpq_version(network: Network) -> int | None:
    """The version of the libpq in use, as libpq numbers it: 180000. `None` where there is none."""
    if not network.workers.begun:
        return await _version_here()
    try:
        return (await network.workers.first(network.remaining())).version
    except TimeoutError:
        return None
    except NoProcess:
        return await _version_here()


async def keywords(network: Network) -> frozenset[str] | None:
    """The connection parameters that the libpq of the logins knows; it drops or refuses any other one. `None` where no
    process could be started: then there is no login either.
    """
    try:
        return (await network.workers.first(network.remaining())).keywords
    except (TimeoutError, NoProcess):
        return None


def keywords_here() -> frozenset[str]:
    """The same before a run begins, in this process; empty if there is no libpq."""
    from pgwhy.libpq import library

    try:
        return frozenset(keyword.decode() for keyword in library.keywords(library.load(sys.path)))
    except library.NoLibrary:
        return frozenset()


async def conninfo_error(network: Network, text: str) -> str:
    """What libpq says when it reads a URI or a keyword DSN; empty if it can read it, or if there is no libpq.

    The text may hold secrets, and so may the answer.
    """
    data = text.encode("utf-8", "surrogateescape")
    if not network.workers.begun:
        return _text(await _conninfo_error_here(data)).strip()
    try:
        worker = await network.workers.take(network.remaining())
        said = (await worker.ask((b"conninfo", data), network.remaining()))[1] or b""
        network.workers.give_back(worker)
    except (TimeoutError, Gone):
        return ""
    except NoProcess:
        said = await _conninfo_error_here(data)
    return _text(said).strip()


async def login(
    network: Network,
    parameters: Mapping[str, str],
    password: str | None,
    limit_s: float | None,
    *,
    exchanges: int | None = None,
) -> Login:
    """One connection with these libpq parameters and nothing from the environment.

    `password` is handed over in memory. `limit_s` in seconds; `None` means until just before the run's deadline.
    `exchanges` is the most password exchanges that it may make, `None` what is left of the run; the one that would be
    too many is not sent (`libpq.watch` says where that is exact). Never raises for what a server or a network does. The
    caller holds `network.login_turn`.
    """
    most = network.MAX_EXCHANGES - network.exchanges if exchanges is None else exchanges
    given = {**parameters, **({"password": password} if password is not None else {}), "passfile": NO_PASSFILE}
    course = _Course(network)
    if unread := named_files.refusal(parameters):
        return course.ended(message=unread)
    try:
        worker = await network.workers.take(network.remaining())
    except (TimeoutError, NoProcess) as error:
        late = isinstance(error, TimeoutError)
        return course.ended(timed_out=late, stopped=None if late else Stop.NO_PROCESS)
    course.begin = network.clock()
    limit = network.allowance(limit_s)
    settings = [part.encode("utf-8", "surrogateescape") for pair in given.items() for part in pair]
    numbers = (int(limit * 1000), max(0, most), MAX_ITERATIONS)
    try:
        command = (b"login", *(b"%d" % number for number in numbers), *settings)
        answer = await worker.ask(command, limit, course.told)
    except TimeoutError:
        return course.ended(timed_out=True)
    except Gone:
        return course.ended(stopped=Stop.GONE)
    if answer[0] == b"stopped":
        worker.kill()  # it has ended by itself, and is not to be taken again
        return course.ended(stopped=Stop(_text(answer[1])))
    connected, timed_out, needed, waiting_us, pid = (int(number or 0) for number in answer[1:6])
    connection = Connection(network.workers, worker, pid) if connected else None
    if connection is None:
        network.workers.give_back(worker)
    return course.ended(
        timed_out=bool(timed_out),
        message=_text(answer[6]).strip(),
        password_needed=bool(needed),
        password_used=course.asked and password is not None,
        waiting_ms=waiting_us / 1000,
        connection=connection,
    )


async def query(
    network: Network, connection: Connection, sql: str, limit_s: float | None = None
) -> list[list[str | None]] | str:
    """Run one simple query: the rows of its last result, or the server's error as a text.

    Raises `TimeoutError` after `limit_s` seconds (or just before the run's deadline), `ConnectionError` if the
    connection broke.
    """
    limit = network.allowance(limit_s)
    try:
        command = (b"query", b"%d" % int(limit * 1000), sql.encode())
        kind, *answer = await connection.worker.ask(command, limit)
    except Gone:
        raise ConnectionError("the process in which libpq runs has ended") from None
    if kind == b"late":
        raise TimeoutError
    if kind == b"stopped":
        connection.worker.kill()
        raise ConnectionError("the server sends more than pgwhy reads")
    if kind == b"rows":
        columns, values = int(answer[0] or 0), answer[1:]
        cells = [None if value is None else _text(value) for value in values]
        return [cells[at : at + columns] for at in range(0, len(cells), columns or 1)]
    said = _text(answer[0]).strip()
    if kind == b"error":
        return said
    raise ConnectionError(said)


@dataclass
class _Course:
    """What the child tells while libpq is at work."""

    network: Network
    begin: float = 0.0
    local: str = ""
    encrypted: bool = False
    asked: bool = False
    exchanges: int = 0
    iterations: int | None = None

    def told(self, fields: Fields) -> None:
        kind = fields[0]
        if kind == b"via":
            local, port, remote, remote_port = (_text(part) for part in fields[1:5])
            self.local = stream.named((local, port))
            self.network.timeline.connected(self.local, stream.named((remote, remote_port)))
        elif kind == b"tls":
            self.encrypted = fields[1] == b"1"
        elif kind == b"asked":
            self.asked = True
        elif kind == b"exchange":
            self.exchanges += 1
            self.network.exchanges += 1
        elif kind == b"iterations":
            self.iterations = int(fields[1] or 0)

    def ended(
        self,
        *,
        timed_out: bool = False,
        message: str = "",
        password_needed: bool = False,
        password_used: bool | None = None,
        waiting_ms: float = 0.0,
        connection: Connection | None = None,
        stopped: Stop | None = None,
    ) -> Login:
        return Login(
            connected=connection is not None,
            message=message,
            timed_out=timed_out,
            password_needed=password_needed,
            password_used=self.exchanges > 0 if password_used is None else password_used,
            exchanges=self.exchanges,
            elapsed_ms=(self.network.clock() - self.begin) * 1000 if self.begin else 0.0,
            waiting_ms=waiting_ms,
            local=self.local,
            encrypted=self.encrypted,
            connection=connection,
            stopped=stopped,
            scram_iterations=self.iterations,
        )


# A run that does not log in starts no process, and not every machine can. Asking libpq in this one is harmless: no
# server has a say in it.


@once
def _library() -> Any | None:
    from pgwhy.libpq import library

    with contextlib.suppress(library.NoLibrary):
        return library.load(sys.path)
    return None


_loading = background.Preparation(_library)


async def _version_here() -> int | None:
    from pgwhy.libpq import library

    await _loading.ready()
    return None if (here := _library()) is None else library.version(here)


async def _conninfo_error_here(text: bytes) -> bytes:
    from pgwhy.libpq import library

    await _loading.ready()
    return b"" if (here := _library()) is None else library.conninfo_error(here, text)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
