"""What a probe is, and what it may look at while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from pgwhy.client import Client, Way
from pgwhy.facts import Observations, Record
from pgwhy.machine import Machine
from pgwhy.progress import Stage, row
from pgwhy.target import proxy, way
from pgwhy.target.model import Host, Target
from pgwhy.values import dataclass

if TYPE_CHECKING:
    from pgwhy.network import Network
    from pgwhy.probes.permit import Permit
    from pgwhy.probes.tls.connection import Begun

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Options:
    """What the user allowed and asked for, as far as probes care."""

    login: bool = True
    """False with `--no-login`, or where a login was made a moment ago: nothing that needs the password."""
    web: bool | None = None
    """`--web`, `--no-web`, or `None`: only when the database port does not answer."""
    compare_dns: tuple[str, ...] = ()
    """Further resolvers to ask, `address[:port]`."""
    wildcard_check: bool = True
    """Ask the configured resolvers for a random name that cannot exist."""


class Run:
    """What a probe may look at: what was given, the records of the probes it needs, and later ones by waiting."""

    def __init__(self, target: Target, client: Client, machine: Machine, options: Options, permit: Permit) -> None:
        self.target = target
        self.permit = permit
        """What may be sent, and where: of the user's own target, whatever `target` is in an experiment."""
        self.client = client
        self.machine = machine
        self.options = options
        self.connection: Any = None
        """The open connection of the login, from the authentication probe to the session probe; never a fact."""
        self.answered: tuple[str, ...] | None = None
        """Server version, user and database, where the login was a query itself (SQL over HTTP); never a fact."""
        self.begun: dict[str, asyncio.Task[Begun]] = {}
        """Connections on which TLS was begun, by the name sent as SNI (empty: none); never facts."""
        self._records: dict[str, Record | None] = {}
        """`None` for one that is waited for. Its order is that in which records are named first: a report has it."""
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    @property
    def hosts(self) -> tuple[Host, ...]:
        """Where the client spoken for connects, in its order."""
        return way.hosts(self.target, self.client.way)

    @property
    def proxy(self) -> Host | None:
        """The HTTP proxy through which the client spoken for goes; `None` where it goes by itself."""
        if not self.client.way.over_443 or not self.hosts:
            return None
        return proxy.of_client(self.client, self.machine.environment, self.hosts[0].name)

    def put(self, record: Record) -> None:
        """Publish a record; tasks that wait for it go on."""
        if self._records.get(record.name) is not None:
            return
        self._records[record.name] = record
        for waiting in self._waiting.pop(record.name, ()):
            if not waiting.done():  # a task that was cancelled no longer waits
                waiting.set_result(None)

    def __getitem__(self, kind: type[R]) -> R:
        """The record of a probe named in `needs`. `KeyError` if it is not there yet: that is a missing need."""
        record = self._records.get(kind.name)
        if record is None:
            raise KeyError(kind.name)
        assert isinstance(record, kind)
        return record

    def has(self, kind: type[Record]) -> bool:
        """The record is there."""
        return self._records.get(kind.name) is not None

    async def later(self, kind: type[R]) -> R:
        """Wait for the record of a probe that runs beside this one. Only for those named in `later`."""
        if self._records.setdefault(kind.name) is None:
            # A future of its own for each who waits: to shield one that all share costs two more rounds of the loop.
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(kind.name, []).append(waiting)
            await waiting
        return self[kind]

    def observations(self) -> Observations:
        """Everything seen so far."""
        return Observations({name: record for name, record in self._records.items() if record is not None})

    def end_begun(self) -> None:
        """Close the connections on which TLS was begun, and those that are still on the way there."""
        for task in self.begun.values():
            task.cancel()
            if task.done() and not task.cancelled() and task.exception() is None:
                task.result().end()


def has_to_wait(seen: Run) -> None:
    """For a probe that always has to wait for something."""


async def never_waits(seen: Run, network: Network) -> Record:
    """For a probe whose `at_once` always says its record."""
    raise NotImplementedError


def nothing(target: Target, machine: Machine, options: Options) -> Iterable[str]:
    """For a probe that looks at this machine alone, or whose connection another one has named."""
    return ()


@dataclass(frozen=True)
class Probe:
    """One stage's look. `observe` never raises for what a network can do; an exception is a bug and is reported as one.

    Each connection that a probe opens has a limit of its own, and none outlives `Network.allowance()`, so that a probe
    returns by itself, with what it has seen, before the deadline of the run.
    """

    record: type[Record]
    observe: Callable[[Run, Network], Awaitable[Record]]
    stage: Stage
    """What its record is about. Where the stage's row names the record, it decides how the stage went."""
    opens: Callable[[Target, Machine, Options], Iterable[str]] = nothing
    """What it would look up, connect to and send, a line each, for `--plan`. Opens none of it."""
    ways: tuple[Way, ...] = tuple(Way)
    """The ways of clients for which it has something to look at."""
    needs: tuple[type[Record], ...] = ()
    """Records that must be there before it starts."""
    later: tuple[type[Record], ...] = ()
    """Records that it may wait for while it runs (`Run.later`): they must not need this one in turn."""

    at_once: Callable[[Run], Record | None] = has_to_wait
    """Its record where nothing has to be waited for; `None`: `observe` has to look. A task of its own for each probe
    that is done at once would be a tenth of what a warm run does besides its connections."""
    needs_readable_settings: bool = True
    """It looks at the way to the server, which a client that cannot read its settings never takes."""

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def decides(self) -> bool:
        """Its record says how the stage went."""
        return row(self.stage).record == self.name
