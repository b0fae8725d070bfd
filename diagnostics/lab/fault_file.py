"""The format of a fault file: which parts run and how they are broken, what the user wrote, what must be said of it.

A file is `fixtures/faults/<slug>.toml`. Only `title` and `[given]` are needed; nothing in `[world]`: all is well.

    title = "a client that sends no server name"
    tier = "namespace"              # on a network of its own, with true names, routes and packets; left out: loopback

    [world]
    password = "p@ss/w%rd"          # the role's; left out: a random one
    needs = ["pgbouncer"]           # programs that must be on the machine, beyond those that the file itself shows
    endpoint.refuse_with = "compute-time-quota"     # a name of messages.ON_DEMAND
    endpoint.wake_s = 6.0
    endpoint.certificate = "expired"                # a word of CertificateFault
    gateway.default_name = "*.example.net"          # on the certificate for clients that send no name
    postgres.tls = "none"                           # Postgres itself offers TLS, its certificate has this fault
    postgres.hba = ["host all all all scram-sha-256"]               # the whole of pg_hba.conf
    postgres.settings = { max_connections = "5" }
    postgres.roles = { sleeper = "NOLOGIN" }        # further roles, their attributes; all have {password}
    postgres.sql = ["alter role alex connection limit 0"]           # as superuser, before it starts; a line each
    postgres.held = 1                               # connections that the lab holds as {role}
    postgres.standby = true                         # a server in recovery, without a primary
    [world.pgbouncer]               # a real PgBouncer before that Postgres, at {pgbouncer_port}; its settings, and:
    pool_mode = "transaction"
    databases = { "*" = "host=127.0.0.1 port={closed_port}" }       # left out: that Postgres
    held = 1                        # clients of the lab's, each with a transaction open
    [[world.doors]]                 # who else answers: at {door_port}, the next ones at {door_port_2} and so on
    kind = "http"                   # impostors.Kind, tls_impostors.TlsKind, or: full-backlog web forward strip-tls
                                    #   end-tls intercept
    behind = "gateway"              # what passes on says where to: gateway, postgres, pgbouncer
    certificate_names = ["*.example.net"]           # left out: the gateway's
    idle_limit_s = 1.0              # of `forward`
    hosts = ["10.77.0.2"]           # left out: loopback; in a namespace the first server's addresses, 10.77.0.1 and
    port = 5432                     #   fd77::1, where the gateway is as well. In a namespace only: left out: 5432

    [network]                       # only for tier = "namespace"; addresses and their names are those of `cable`
    gateway = ["10.77.0.1"]         # where the gateway listens on 5432; left out: 10.77.0.1 and fd77::1, unless a door
                                    #   is there; []: nowhere
    hosts = { "{host}" = ["10.77.0.1"], "db.internal" = ["fd77::1"] }  # what the name server 10.77.0.53 knows; left
                                    #   out: {host} at the gateway's addresses, or at the first door's
    names = [ { hosts = ["10.77.0.53"], names = { "{host}" = { addresses = ["10.77.0.1"], alias = "", habit = "answer",
                delay_s = 0 } }, otherwise = { habit = "servfail" }, tcp = true } ]   # instead of hosts: every habit
    resolvers = ["10.77.0.53", "10.77.0.54"]        # the client's resolv.conf; left out: 10.77.0.53
    resolver_options = "timeout:1 attempts:1"
    hosts_file = { "{host}" = "10.77.0.3" }         # the client's /etc/hosts
    filters = [ { verdict = "drop", port = 5432, family = 6, address = "", longer_than = 600, side = "server",
                  from_server = false } ]           # packets.Filter
    routes = [ { way = "unreachable", to = "10.77.0.1" } ]          # packets.Route
    link = { round_trip_ms = 300, loss_percent = 30, seed = 1 }     # bridge.Link
    ipv6 = false

    [given]                         # what the user has
    target = "postgresql://{role}:{password}@{host}:{port}/{database}?hostaddr=127.0.0.1&sslmode=require"
    environment = { PGSSLMODE = "disable" }
    client = "libpq@13"             # --client
    error = "what the client printed"               # --error
    options = ["--compare-dns", "10.77.0.54"]       # further options of `pgwhy check`
    [given.files]                   # in a home of its own, which is the working directory, too; rights 0600, or:
    ".env" = "DATABASE_URL=postgresql://{role}:{password}@{host}/{database}"
    ".pgpass" = { text = "*:*:*:*:{password}", mode = "0644" }

    [seen]                          # what a real client prints; `pgwhy lab record` writes it
    client = "psql 15"
    text = "..."                    # the password is PASSWORD_HERE, ports are {port} and so on

    [expect]                        # nothing: it connects
    cause = "sni-missing"
    stage = "startup"               # the cause's; with cannot_tell: where it stopped
    fix = "option-in-uri"           # the fix that must be confirmed
    also = ["endpoint-not-found"]   # causes that must be named beside it, as looking the same
    cannot_tell = true              # it fails, and no cause may be stated
    warns = ["startup-parameter-ignored"]           # causes of warnings or notes that must be there
    status = "reachable"            # left out: `fails` with a cause or cannot_tell, else `connects`
    limit_s = 5.0                   # for the whole command; left out: 10.5

Texts (target, environment, error, files, host names of `[network]`, `databases` of PgBouncer, `sql`) have placeholders,
`{{` is a brace: {role} {password} {encoded_password} (for URLs) {wrong_password} {database} {host} (the endpoint's
name) {endpoint} (its first part) {domain} {port} (the gateway's) {postgres_port} {pgbouncer_port} {door_port}
{closed_port} (nobody listens there) {socket_folder} {root_certificate} (a path) {root_certificate_text} {home}. In a
namespace the client reaches what listens at `cable`'s addresses: the gateway, and doors (`forward` to Postgres or
PgBouncer).

On loopback no name may be looked up, as this would leave the machine: targets have `hostaddr`, an address or localhost,
and pgwhy runs with --no-web. Names, and port 443, belong into a namespace. A file is named healthy-* if it connects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from diagnostics.causes import Cause, Stage
from diagnostics.finding import Status
from diagnostics.lab import messages
from diagnostics.lab.authority import CertificateFault
from diagnostics.lab.bridge import Link
from diagnostics.lab.cable import Side
from diagnostics.lab.packets import Filter, Route, Verdict, Way

_LIMIT_S = 10.5
"""The run's own deadline, and half a second to start and to write."""
_PARTS = ("gateway", "postgres", "pgbouncer")

T = TypeVar("T")


class Tier(StrEnum):
    """What a fault needs of the machine."""

    LOOPBACK = "loopback"
    NAMESPACE = "namespace"


@dataclass(frozen=True)
class Expected:
    """What a diagnosis of the fault must say."""

    cause: Cause | None = None
    stage: Stage | None = None
    status: Status = Status.CONNECTS
    fix: str | None = None
    """The id of the fix that must be confirmed."""
    also: tuple[Cause, ...] = ()
    """What must be named beside the cause, as looking the same."""
    warns: tuple[Cause, ...] = ()
    limit_s: float = _LIMIT_S


@dataclass(frozen=True)
class Written:
    """A file in the user's home."""

    text: str = field(repr=False)
    mode: int = 0o600


@dataclass(frozen=True)
class Seen:
    """What a real client printed."""

    client: str
    text: str


@dataclass(frozen=True)
class Wiring:
    """The network of a fault: what the client's side sees. `None`: the usual."""

    gateway: tuple[str, ...] | None = None
    hosts: Mapping[str, tuple[str, ...]] | None = None
    names: tuple[Mapping[str, Any], ...] | None = None
    resolvers: tuple[str, ...] | None = None
    resolver_options: str = ""
    hosts_file: Mapping[str, str] = field(default_factory=dict)
    breaks: tuple[Filter | Route, ...] = ()
    link: Link | None = None
    ipv6: bool = True


@dataclass(frozen=True)
class Fault:
    """One file."""

    slug: str
    title: str
    target: str | None
    """As a user would write it, with `{host}`, `{password}` ... where the world decides; `None`: no target at all."""
    environment: Mapping[str, str] = field(default_factory=dict)
    client: str | None = None
    error: str | None = None
    options: tuple[str, ...] = ()
    files: Mapping[str, Written] = field(default_factory=dict)
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the gateway's `Endpoint`."""
    world: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of `World`; where there are any, the fault needs a world of its own."""
    pgbouncer: Mapping[str, Any] | None = None
    doors: tuple[Mapping[str, Any], ...] = ()
    needs: tuple[str, ...] = ()
    """Programs."""
    tier: Tier = Tier.LOOPBACK
    wiring: Wiring = Wiring()
    seen: Seen | None = None
    expect: Expected = Expected()


def read(slug: str, content: Mapping[str, Any]) -> Fault:
    """A fault from the content of its file. Raises `ValueError` for a mistake in it, with the key and what there is."""
    _only(content, ("title", "tier", "world", "network", "given", "seen", "expect"), "the file")
    tier = _word(Tier, content.get("tier", "loopback"), "tier")
    world, given = _table(content, "world"), _table(content, "given", needed=True)
    if "network" in content and tier is Tier.LOOPBACK:
        raise ValueError('[network] needs tier = "namespace"')
    _only(world, ("password", "needs", "endpoint", "gateway", "postgres", "pgbouncer", "doors"), "[world]")
    _only(given, ("target", "environment", "client", "error", "options", "files"), "[given]")
    pgbouncer, wiring = world.get("pgbouncer"), _wiring(_table(content, "network"))
    needs = _texts(world, "needs", "[world]")
    needs += ("pgbouncer",) if pgbouncer is not None else ()
    needs += ("nft",) if any(isinstance(each, Filter) for each in wiring.breaks) else ()
    return Fault(
        slug=slug,
        title=_text(content, "title", "the file", needed=True),
        target=_text(given, "target", "[given]") if "target" in given else None,
        environment=_text_table(given, "environment", "[given]"),
        client=_text(given, "client", "[given]") if "client" in given else None,
        error=_text(given, "error", "[given]") if "error" in given else None,
        options=_texts(given, "options", "[given]"),
        files={name: _written(name, file) for name, file in _table(given, "files").items()},
        endpoint=_endpoint(_table(world, "endpoint")),
        world=_postgres(_table(world, "postgres")) | _gateway(_table(world, "gateway")) | _password(world),
        pgbouncer=None if pgbouncer is None else _pgbouncer(pgbouncer),
        doors=tuple(_door(each, tier) for each in world.get("doors", ())),
        needs=tuple(dict.fromkeys(needs)),
        tier=tier,
        wiring=wiring,
        seen=_seen(_table(content, "seen")) if "seen" in content else None,
        expect=_expected(_table(content, "expect")),
    )


def _expected(given: Mapping[str, Any]) -> Expected:
    _only(given, ("cause", "stage", "fix", "also", "cannot_tell", "warns", "status", "limit_s"), "[expect]")
    cause = _word(Cause, given["cause"], "expect.cause") if "cause" in given else None
    stage = _word(Stage, given["stage"], "expect.stage") if "stage" in given else None
    cannot_tell = given.get("cannot_tell", False)
    if cause and cannot_tell:
        raise ValueError("[expect] has a cause and says cannot_tell")
    if cause and stage is not cause.about.stage:
        raise ValueError(f"expect.stage is {stage}, and that of {cause} is {cause.about.stage}")
    usual = Status.FAILS if cause or cannot_tell else Status.CONNECTS
    return Expected(
        cause=cause,
        stage=stage,
        status=_word(Status, given.get("status", usual), "expect.status"),
        fix=_text(given, "fix", "[expect]") if "fix" in given else None,
        also=tuple(_word(Cause, each, "expect.also") for each in given.get("also", ())),
        warns=tuple(_word(Cause, each, "expect.warns") for each in given.get("warns", ())),
        limit_s=float(given.get("limit_s", _LIMIT_S)),
    )


def _endpoint(given: Mapping[str, Any]) -> dict[str, Any]:
    _only(given, ("refuse_with", "wake_s", "certificate"), "world.endpoint")
    fields = dict(given)
    if "refuse_with" in fields:
        if fields["refuse_with"] not in messages.ON_DEMAND:
            known = ", ".join(messages.ON_DEMAND)
            raise ValueError(f"world.endpoint.refuse_with has no {fields['refuse_with']!r}; it has: {known}")
        fields["refuse_with"] = messages.ON_DEMAND[fields["refuse_with"]]
    if "certificate" in fields:
        fields["certificate"] = _word(CertificateFault, fields["certificate"], "world.endpoint.certificate")
    return fields


def _postgres(given: Mapping[str, Any]) -> dict[str, Any]:
    place = "world.postgres"
    _only(given, ("tls", "hba", "settings", "roles", "sql", "held", "standby"), place)
    fields = dict(given)
    if "tls" in given:
        fields["tls"] = _word(CertificateFault, given["tls"], f"{place}.tls")
    for key in ("hba", "sql"):
        if key in given:
            fields[key] = _texts(given, key, place)
    for key in ("settings", "roles"):
        if key in given:
            fields[key] = _text_table(given, key, place)
    return fields


def _gateway(given: Mapping[str, Any]) -> dict[str, Any]:
    _only(given, ("default_name",), "world.gateway")
    return dict(given)


def _password(world: Mapping[str, Any]) -> dict[str, Any]:
    return {"password": _text(world, "password", "[world]")} if "password" in world else {}


def _pgbouncer(given: Mapping[str, Any]) -> dict[str, Any]:
    """Its settings, `databases` and `held`; which settings there are PgBouncer knows, and says."""
    if "databases" in given:
        _text_table(given, "databases", "world.pgbouncer")
    return dict(given)


def _door(given: Mapping[str, Any], tier: Tier) -> Mapping[str, Any]:
    from diagnostics.lab import doors

    _only(given, ("kind", "behind", "certificate_names", "idle_limit_s", "hosts", "port"), "[[world.doors]]")
    kind = _text(given, "kind", "[[world.doors]]", needed=True)
    if kind not in doors.KINDS:
        raise ValueError(f"no door is of the kind {kind!r}; there are: {', '.join(doors.KINDS)}")
    if "behind" in given and given["behind"] not in _PARTS:
        raise ValueError(f"a door's `behind` is one of {', '.join(_PARTS)}, not {given['behind']!r}")
    if "port" in given and tier is Tier.LOOPBACK:
        raise ValueError("on loopback a door's port is an ephemeral one: {door_port}")
    return dict(given)


def _wiring(given: Mapping[str, Any]) -> Wiring:
    keys = ("gateway", "hosts", "names", "resolvers", "resolver_options", "hosts_file", "filters", "routes", "link")
    _only(given, (*keys, "ipv6"), "[network]")
    if "hosts" in given and "names" in given:
        raise ValueError("[network] has hosts and names: one of them says what the name servers know")
    filters = [_filter(each) for each in given.get("filters", ())]
    routes = [_route(each) for each in given.get("routes", ())]
    return Wiring(
        gateway=_texts(given, "gateway", "[network]") if "gateway" in given else None,
        hosts={name: tuple(found) for name, found in given["hosts"].items()} if "hosts" in given else None,
        names=tuple(_names(each) for each in given["names"]) if "names" in given else None,
        resolvers=_texts(given, "resolvers", "[network]") if "resolvers" in given else None,
        resolver_options=_text(given, "resolver_options", "[network]"),
        hosts_file=_text_table(given, "hosts_file", "[network]"),
        breaks=(*filters, *routes),
        link=_link(_table(given, "link")) if "link" in given else None,
        ipv6=given.get("ipv6", True),
    )


def _names(given: Mapping[str, Any]) -> Mapping[str, Any]:
    # It needs dnspython, which costs a tenth of a second.
    from diagnostics.lab.name_server import Habit

    _only(given, ("hosts", "names", "otherwise", "tcp", "port"), "network.names")
    for name in (*_table(given, "names").values(), _table(given, "otherwise")):
        _only(name, ("addresses", "alias", "habit", "delay_s"), "a name of network.names")
        _word(Habit, name.get("habit", "answer"), "habit")
    return dict(given)


def _filter(given: Mapping[str, Any]) -> Filter:
    keys = ("verdict", "port", "address", "family", "longer_than", "side", "from_server")
    _only(given, keys, "network.filters")
    words: Mapping[str, Callable[[Any], Any]] = {
        "verdict": lambda word: _word(Verdict, word, "network.filters verdict"),
        "side": lambda word: _word(Side, word, "network.filters side"),
    }
    if "verdict" not in given:
        raise ValueError(f"a filter needs a verdict: {', '.join(Verdict)}")
    return Filter(**{key: words.get(key, lambda same: same)(value) for key, value in given.items()})


def _route(given: Mapping[str, Any]) -> Route:
    _only(given, ("way", "to"), "network.routes")
    return Route(_word(Way, given.get("way"), "network.routes way"), _text(given, "to", "network.routes", needed=True))


def _link(given: Mapping[str, Any]) -> Link:
    _only(given, ("round_trip_ms", "loss_percent", "seed"), "network.link")
    return Link(**given)


def _written(name: str, given: Any) -> Written:
    if isinstance(given, str):
        return Written(given)
    if not isinstance(given, Mapping):
        raise ValueError(f"given.files {name!r} must be a text, or a table with text and mode")
    _only(given, ("text", "mode"), f"given.files {name!r}")
    return Written(_text(given, "text", f"given.files {name!r}"), int(str(given.get("mode", "0600")), 8))


def _seen(given: Mapping[str, Any]) -> Seen:
    _only(given, ("client", "text"), "[seen]")
    return Seen(_text(given, "client", "[seen]", needed=True), _text(given, "text", "[seen]", needed=True))


def _only(given: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    for key in given:
        if key not in known:
            raise ValueError(f"{place} has no key {key!r}; it has: {', '.join(known)}")


def _word(words: Callable[[Any], T], given: Any, place: str) -> T:
    try:
        return words(given)
    except ValueError as error:
        known = ", ".join(words) if isinstance(words, type) and issubclass(words, StrEnum) else ""
        raise ValueError(f"{place}: {error}; there are: {known}") from None


def _table(given: Mapping[str, Any], key: str, *, needed: bool = False) -> Mapping[str, Any]:
    if needed and key not in given:
        raise ValueError(f"the file needs [{key}]")
    table = given.get(key, {})
    if not isinstance(table, Mapping):
        raise ValueError(f"{key} must be a table")
    return table


def _text(given: Mapping[str, Any], key: str, place: str, *, needed: bool = False) -> str:
    if needed and key not in given:
        raise ValueError(f"{place} needs {key}")
    text = given.get(key, "")
    if not isinstance(text, str):
        raise ValueError(f"{key} of {place} must be a text")
    return text


def _texts(given: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    texts = given.get(key, ())
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{key} of {place} must be a list of texts")
    return tuple(texts)


def _text_table(given: Mapping[str, Any], key: str, place: str) -> dict[str, str]:
    return {str(name): str(text) for name, text in _table(given, key).items()}
