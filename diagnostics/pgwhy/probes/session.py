"""The session: one round trip of queries after the login, about what the connection turned out to be.

Opens nothing: it uses the connection of the login, in one pipeline, and closes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from pgwhy.facts import Record, fact
from pgwhy.machine import Machine
from pgwhy.probes.authentication import Authentication
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.startup import Startup
from pgwhy.probes.tcp import Tcp
from pgwhy.probes.tls import Tls
from pgwhy.progress import Stage
from pgwhy.shipped.regex import lazy
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Target
from pgwhy.target.provider import Provider, recognise
from pgwhy.values import dataclass

if TYPE_CHECKING:
    from pgwhy.network import Network

FAR_AWAY_MS = 150.0
"""From here on an application with a few queries a page feels every one of them."""
COLD_START_MS = 400.0
"""A server that is awake ends a login in a few round trips; Neon says "a few hundred milliseconds" for a wake-up."""


@dataclass(frozen=True)
class Session(Record):
    """What the connection turned out to be."""

    name: ClassVar[str] = "session"

    usable: bool | None = fact("a query ran and its answer came back")
    message: str | None = fact("the server's error to the first query; empty if there was none")
    server_version: str | None = fact("as the server says it: 17.5")
    user: str | None = fact("current_user")
    database: str | None = fact("current_database()")
    tls_version: str | None = fact("TLS as the server sees it; empty without TLS, unknown behind a proxy")
    pooled: bool | None = fact("a pooler is in the path: another process answers than the one that greeted")
    read_only: bool | None = fact("new transactions are read-only")
    in_recovery: bool | None = fact("the server is a standby")
    ignored_parameters: tuple[str, ...] | None = fact("parameters the target asked for that did not take effect")
    round_trip_ms: float | None = fact("one query and its answer, in milliseconds")
    cold_start: bool | None = fact("the login waited for a compute to wake up")
    clock_offset_s: float | None = fact(
        "the server's clock less this machine's, in whole seconds; positive: the server is ahead"
    )
    far_away: bool | None = fact("each round trip takes so long that an application feels it (150 ms and more)")


NO_SESSION = Session()


def at_once(seen: Run) -> Session | None:
    if seen.answered is not None:
        version, user, database = (*seen.answered, "", "", "")[:3]
        version = version.split(" ")[0]
        return Session(usable=True, message="", server_version=version, user=user, database=database)
    return NO_SESSION if seen.connection is None else None


async def observe(seen: Run, network: Network) -> Session:
    """Ask the open connection what it is, in one round trip, and close it."""
    connection = seen.connection
    from pgwhy.network import login

    begin = network.clock()
    try:
        with network.timeline.span("session", "one query") as span:
            rows = await login.query(network, connection, _question(seen[TargetFacts].requested or ()))
            if isinstance(rows, str) or [len(row) for row in rows] != [_COLUMNS]:
                span.outcome = "refused"
                return await _without_catalogue(seen, network, rows if isinstance(rows, str) else "")
        elapsed = (network.clock() - begin) * 1000
        nearest = min(elapsed, (await seen.later(Tcp)).connect_ms or 0.0)
        answered = seen.machine.now.timestamp() + (network.timeline.elapsed_ms() - elapsed / 2) / 1000
        return await _answer(seen, rows, elapsed, nearest, connection.backend_pid, answered)
    except TimeoutError:
        return Session(usable=False, message="")
    except ConnectionError as error:
        return Session(usable=False, message=str(error))
    finally:
        connection.finish()
        seen.connection = None


def opens(target: Target, machine: Machine, options: Options) -> Iterator[str]:
    """What this probe would do, in words."""
    if options.login:
        yield "run one read-only query about the session"


PROBE = Probe(
    record=Session,
    observe=observe,
    stage=Stage.SESSION,
    opens=opens,
    needs=(TargetFacts, Authentication),
    later=(Tcp, Tls, Startup),
    at_once=at_once,
)


def _question(requested: tuple[str, ...]) -> str:
    """One statement, so that a pooler gives one server connection to all of it and one round trip is enough."""
    names = ", ".join(f"'{name.lower()}'" for name in requested if _PARAMETER.fullmatch(name)) or "''"
    return f"""
        select current_setting('server_version'), current_user, current_database(), pg_backend_pid(),
               (select version from pg_stat_ssl where pid = pg_backend_pid()),
               pg_is_in_recovery(), current_setting('default_transaction_read_only'),
               extract(epoch from clock_timestamp()),
               (select string_agg(name || '=' || source || '=' || setting, chr(31)) from pg_settings
                 where lower(name) in ({names}))
    """  # noqa: S608 - names are checked against `_PARAMETER`


async def _without_catalogue(seen: Run, network: Network, message: str) -> Session:
    """A server that speaks the protocol and has no such catalogue (or a standby's refusal): is it usable at all?"""
    from pgwhy.network import login

    begin = network.clock()
    rows = await login.query(network, seen.connection, "select 1")
    if isinstance(rows, str):
        return Session(usable=False, message=message)
    return Session(usable=True, message="", round_trip_ms=round((network.clock() - begin) * 1000, 2))


async def _is_behind_a_router(seen: Run) -> bool:
    """The name is Neon's or an option names an endpoint; else its certificate is Neon's, or it routes by SNI."""
    host = seen[Authentication].host or ""  # of several hosts the one that the login went to
    if recognise(host).provider is Provider.NEON or seen[TargetFacts].endpoint_named:
        return True
    tls, startup = await seen.later(Tls), await seen.later(Startup)
    return tls.certificate_provider is Provider.NEON or startup.needs_sni is True


async def _answer(
    seen: Run, rows: list[list[str | None]], elapsed_ms: float, nearest_ms: float, greeted_by: int, answered: float
) -> Session:
    """`nearest_ms` is the run's quickest round trip: one slow query can be a lost packet or a busy server. `answered`
    is when the server answered by this machine's clock, in seconds since 1970."""
    version, user, database, pid, tls_version, recovery, read_only, clock, asked = rows[0]
    # A proxy that routes by SNI makes up the process id of its greeting, whatever the host is called here.
    behind_proxy = await _is_behind_a_router(seen)
    waited = seen[Authentication].waiting_ms or 0.0
    return Session(
        usable=True,
        message="",
        server_version=(version or "").split(" ")[0],
        user=user or "",
        database=database or "",
        tls_version=None if behind_proxy else tls_version or "",
        pooled=None if behind_proxy else pid != str(greeted_by),
        read_only=read_only == "on" or recovery == "t",
        in_recovery=recovery == "t",
        ignored_parameters=_ignored(seen, asked or "", behind_proxy),
        round_trip_ms=round(elapsed_ms, 2),
        cold_start=waited > COLD_START_MS + 2 * elapsed_ms,
        clock_offset_s=round(float(clock) - answered) if clock and _SECONDS.fullmatch(clock) else None,
        far_away=nearest_ms >= FAR_AWAY_MS,
    )


def _ignored(seen: Run, asked: str, behind_proxy: bool) -> tuple[str, ...]:
    """Parameters that the target asked for and that came from somewhere else than the client (pg_settings.source)."""
    sources = {}
    for each in asked.split(_SEPARATOR):
        name, _, rest = each.partition("=")
        source, _, value = rest.partition("=")
        sources[name.lower()] = (source, value)
    wanted = requested_values(seen.target.value("options") or "")
    requested = seen[TargetFacts].requested or ()
    if not behind_proxy:
        # The login sends what `options` has. A driver sends its own parameters (currentSchema) itself, and only Neon's
        # proxy is known to drop them.
        requested = tuple(name for name in requested if name.lower() in wanted)
    ignored = []
    for name in requested:
        source, value = sources.get(name.lower(), ("client", ""))
        if source not in ("client", "session") and value.lower() != wanted.get(name.lower(), "").lower():
            ignored.append(name)
    return tuple(ignored)


def requested_values(options: str) -> dict[str, str]:
    """The server parameters inside `options`: `-c name=value` and `--name=value` (PostgreSQL, "postgres" command)."""
    return {m[1].lower().replace("-", "_"): m[2].replace("\\", "") for m in _OPTION.finditer(options)}


_COLUMNS = 9
_SEPARATOR = "\x1f"
_SECONDS = lazy(r"\d{1,12}(\.\d{1,9})?")
_PARAMETER = lazy(r"[A-Za-z_][A-Za-z0-9_.]*")
_OPTION = lazy(r"(?:-c\s*|--)([A-Za-z_][\w.-]*)=((?:\\.|\S)*)")
