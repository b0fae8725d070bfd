"""What the child process does: read a command, log in or query with libpq, and tell how it went.

Its arguments are the folders of packages. It begins with `hello` and libpq's version, or `none` where there is no
libpq, and ends then. Commands and answers are frames (`frame`), one command at a time:

    login LIMIT_MS EXCHANGES ITERATIONS NAME VALUE ...   via LOCAL PORT REMOTE PORT | tls USED | asked | exchange N |
                                                         iterations N, any number of them, and then
                                                         ended CONNECTED TIMED_OUT NEEDED WAITING_US PID MESSAGE
                                                         or stopped WHY, and the child ends
    query LIMIT_MS SQL                                   rows COLUMNS VALUE ... | error TEXT | broken TEXT | late
    finish                                               finished
    conninfo TEXT                                        said TEXT

It ends by itself when the other end of its standard input is closed, even inside of libpq (SIGIO), a second after its
limit (SIGALRM), and where libpq wants more memory than `memory.BYTES`.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # the module that `signal` wraps in enums, for 4 ms
import ctypes
import os
import select
import time

from . import descriptor, frame, library, memory
from .watch import Tracer, Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    Answer = tuple[frame.Field, ...]

_GUARD = b"require_auth"
"""Since libpq 16. A login that asks for it is none without it: it keeps a clear-text password back."""
_MAX_TEXT = 64 << 10
_MAX_RESULT = 256 << 10
_MAX_CONNECTIONS = 32
_LATE_S = 1.0
_POSIX = os.name == "posix"


def main(folders: list[str]) -> NoReturn:
    """The whole life of the child."""
    child = _Child()
    try:
        child.open(folders)
    except library.NoLibrary:
        child.report(b"none")
        os._exit(1)
    while (command := child.command()) is not None:
        child.obey(command)
    os._exit(0)


class _Child:
    """Its library, its one connection, and its way back to the run."""

    def __init__(self) -> None:
        # What a library prints must not get between the frames.
        self._out = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 1)
        _quiet_signals()
        self._connection: Any = None
        self._size = 0

    def open(self, folders: list[str]) -> None:
        self._library = library.load(folders)
        self._tracer = Tracer(self._library)
        self._known = library.keywords(self._library)
        self._size = memory.limit()
        self.report(b"hello", b"%d" % library.version(self._library), b" ".join(sorted(self._known)))

    def command(self) -> list[frame.Field] | None:
        try:
            return frame.read(lambda count: os.read(0, count))
        except frame.BadFrame:
            return None

    def report(self, *fields: frame.Field) -> None:
        """Tell the run; a run that is gone needs nobody to go on."""
        data = frame.packed(fields)
        try:
            while data:
                data = data[os.write(self._out, data) :]
        except OSError:
            os._exit(1)

    def obey(self, command: list[frame.Field]) -> None:
        verb, *given = [field or b"" for field in command]
        if verb == b"login":
            answer = self._timed(int(given[0]), self._log_in, int(given[1]), int(given[2]), given[3:])
        elif verb == b"query":
            answer = self._timed(int(given[0]), self._query, given[1])
        elif verb == b"conninfo":
            answer = (b"said", library.conninfo_error(self._library, given[0])[:_MAX_TEXT])
        else:
            self._finish()
            answer = (b"finished",)
        self.report(*answer)

    def _timed(self, limit_ms: int, job: Callable[..., Answer], *given: Any) -> Answer:
        """Do something of libpq's, whose loops end neither at a limit nor with the run: the system ends them for us."""
        limit_s = limit_ms / 1000
        if not _POSIX:
            return job(time.monotonic() + limit_s, *given)
        signal.setitimer(signal.ITIMER_REAL, limit_s + _LATE_S)
        _die_with_the_run(True)
        answer = job(time.monotonic() + limit_s, *given)
        _die_with_the_run(False)  # before the answer is told: the next command may follow it at once
        signal.setitimer(signal.ITIMER_REAL, 0)
        return answer

    def _log_in(self, until: float, most: int, iterations: int, given: list[bytes]) -> Answer:
        libpq = self._library
        named = dict(zip(given[::2], given[1::2], strict=True))
        if _GUARD in named and _GUARD not in self._known:
            self._stop(b"unguarded")
        connection = libpq.PQconnectStart(_conninfo({name: named[name] for name in named if name in self._known}))
        if not connection:
            self._stop(b"memory")
        watch = Watch(lambda number: self._exchange(number, most), lambda count: self._iterations(count, iterations))
        self._connection = connection
        self._tracer.begin(connection, watch)
        connected, late, waiting_s = self._poll(until, watch)
        self._tracer.end(connection)
        needed = libpq.PQconnectionNeedsPassword(connection)
        text = b"" if connected or late else libpq.PQerrorMessage(connection)[:_MAX_TEXT]
        if not connected and self._grown() > memory.MUCH_BYTES:
            self._stop(b"memory")
        pid = libpq.PQbackendPID(connection) if connected else 0
        if connected:
            libpq.PQsetnonblocking(connection, 1)
        else:
            self._finish()
        numbers = (connected, late, needed, int(waiting_s * 1_000_000), pid)
        return (b"ended", *(b"%d" % number for number in numbers), text)

    def _poll(self, until: float, watch: Watch) -> tuple[bool, bool, float]:
        """Whether it connected, whether the limit passed, and the longest silence after a password was used."""
        libpq, connection = self._library, self._connection
        longest, ends, tls, asked, seen = 0.0, (b"",) * 4, False, False, 0
        if libpq.PQstatus(connection) == library.CONNECTION_BAD:
            return False, False, 0.0
        step = library.POLLING_WRITING
        while True:
            since, used = time.monotonic(), bool(libpq.PQconnectionUsedPassword(connection))
            if not descriptor.ready(libpq.PQsocket(connection), step == library.POLLING_WRITING, until):
                return False, True, longest
            if used:
                longest = max(longest, time.monotonic() - since)
            if seen < _MAX_CONNECTIONS and (found := descriptor.ends(libpq.PQsocket(connection))) and found != ends:
                ends, seen = found, seen + 1
                self.report(b"via", *found)
            step = libpq.PQconnectPoll(connection)
            self._forget_notifications()
            if libpq.PQconnectionUsedPassword(connection) and not used:
                if not asked:
                    self.report(b"asked")
                asked = True
                if not self._tracer.on:
                    watch.used()
            if step != library.POLLING_FAILED and tls != bool(libpq.PQsslInUse(connection)):
                tls = not tls  # the second attempt of sslmode=prefer goes without it
                self.report(b"tls", b"%d" % tls)
            if step in (library.POLLING_OK, library.POLLING_FAILED):
                return step == library.POLLING_OK, False, longest
            if self._grown() > memory.BYTES:
                self._stop(b"memory")

    def _query(self, until: float, sql: bytes) -> Answer:
        libpq, connection = self._library, self._connection
        if connection is None:
            return (b"broken", b"the connection is closed")
        result = None
        try:
            if not libpq.PQsendQuery(connection, sql):
                raise ConnectionError
            while (left := libpq.PQflush(connection)) == 1:
                self._wait(True, until)
            if left < 0:
                raise ConnectionError
            while (following := self._next_result(until)) is not None:
                if result is not None:
                    libpq.PQclear(result)
                result = following
        except TimeoutError:
            return (b"late",)
        except ConnectionError as error:
            said = libpq.PQerrorMessage(connection) or str(error).encode()
            return (b"broken", said[:_MAX_TEXT])
        if result is None:
            return (b"broken", b"the server ended the connection")
        if self._grown() > memory.MUCH_BYTES:
            self._stop(b"memory")
        try:
            if libpq.PQresultStatus(result) != library.PGRES_TUPLES_OK:
                return (b"error", libpq.PQresultErrorMessage(result)[:_MAX_TEXT])
            return self._rows(result)
        finally:
            libpq.PQclear(result)

    def _rows(self, result: Any) -> Answer:
        libpq = self._library
        columns, size = libpq.PQnfields(result), 0
        values: list[frame.Field] = []
        for row in range(libpq.PQntuples(result)):
            for column in range(columns):
                if libpq.PQgetisnull(result, row, column):
                    values.append(None)
                    continue
                length = libpq.PQgetlength(result, row, column)
                size += length + 4
                if size > _MAX_RESULT:
                    self._stop(b"memory")
                values.append(ctypes.string_at(libpq.PQgetvalue(result, row, column), length))
        return (b"rows", b"%d" % columns, *values)

    def _next_result(self, until: float) -> Any:
        """The next result, `None` after the last. Raises `TimeoutError`, and `ConnectionError` where a COPY begins."""
        libpq, connection = self._library, self._connection
        while libpq.PQisBusy(connection):
            self._wait(False, until)
            if not libpq.PQconsumeInput(connection):
                raise ConnectionError
            self._forget_notifications()
        result = libpq.PQgetResult(connection)
        if result and libpq.PQresultStatus(result) in library.PGRES_COPIES:
            # libpq would give this result again and again until the copy is done.
            libpq.PQclear(result)
            raise ConnectionError("the server answered the query with a COPY")
        return result or None

    def _wait(self, write: bool, until: float) -> None:
        if self._grown() > memory.BYTES:
            self._stop(b"memory")
        if not descriptor.ready(self._library.PQsocket(self._connection), write, until):
            raise TimeoutError

    def _forget_notifications(self) -> None:
        """libpq keeps them for ever where nobody takes them."""
        while notification := self._library.PQnotifies(self._connection):
            self._library.PQfreemem(notification)

    def _exchange(self, number: int, most: int) -> None:
        if number > most:
            self._stop(b"exchanges-spent")
        self.report(b"exchange", b"%d" % number)

    def _iterations(self, count: int, most: int) -> None:
        self.report(b"iterations", b"%d" % min(max(count, -1), 10**18))
        if count > most:
            self._stop(b"scram-iterations")

    def _finish(self) -> None:
        if self._connection is not None:
            self._library.PQfinish(self._connection)
            self._connection = None

    def _stop(self, why: bytes) -> NoReturn:
        """End with what libpq has not sent yet unsent."""
        self.report(b"stopped", why)
        os._exit(0)

    def _grown(self) -> int:
        """Bytes that the process has grown by since it had its library, at its largest."""
        return memory.largest() - self._size


def _conninfo(parameters: dict[bytes, bytes]) -> bytes:
    """Keywords and values for libpq (PostgreSQL, "Keyword/Value Connection Strings")."""
    quoted = {name: value.replace(b"\\", b"\\\\").replace(b"'", b"\\'") for name, value in parameters.items()}
    return b" ".join(b"%b='%b'" % pair for pair in quoted.items())


def _quiet_signals() -> None:
    """Ctrl-C is the run's to answer, which then ends us. What ends us by itself must not be blocked or ignored."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if _POSIX:
        for each in (signal.SIGALRM, signal.SIGIO, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGALRM, signal.SIGIO, signal.SIGTERM))


def _die_with_the_run(wanted: bool) -> None:
    """Whether the end of standard input ends this process at once (SIGIO's default). No command comes in between."""
    import fcntl

    if wanted:
        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(0, fcntl.F_GETFL)
    fcntl.fcntl(0, fcntl.F_SETFL, flags | fcntl.FASYNC if wanted else flags & ~fcntl.FASYNC)
    if wanted and select.select([0], [], [], 0)[0]:
        os._exit(0)  # it had ended before
