"""The client as facts: what rules may ask about the one whose failure it is, for one target."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from pgwhy.client.habits import (
    Addresses,
    ChannelBinding,
    Client,
    ClientKind,
    Roots,
    SettingsStyle,
    UnknownParameters,
    Way,
    Workaround,
)
from pgwhy.facts import Record, fact, fact_names
from pgwhy.values import dataclass, replace


@dataclass(frozen=True)
class ClientFacts(Record):
    """Whose failure this run is about."""

    name: ClassVar[str] = "client"

    id: str | None = fact("the client the run speaks for: libpq, psycopg2, asyncpg, node-postgres ...; unknown")
    title: str | None = fact("the client's name and version as people write it")
    version: str | None = fact("its version; empty if not known")
    named: bool | None = fact("the user said which client fails (--client)")
    guessed: bool | None = fact("the string or the pasted text gave the client away")
    kind: ClientKind | None = fact(
        "driver (in a program, or a command), program (with a form) or service (runs elsewhere)"
    )
    family: str | None = fact("libpq, node, go, java, dotnet, rust, python or elixir")
    driver: str | None = fact("the client that it is built on; empty if it is none of another's or that is not known")
    way: Way | None = fact(
        "what carries its session: PostgreSQL's own protocol, SQL over HTTP on 443, or a WebSocket on 443"
    )
    sends_sni: bool | None = fact("the client sends the host name in the TLS handshake for this target")
    sni_blocked_by: str | None = fact(
        "why it sends none: client, ip-address, sslsni, no-tls, or empty if it does send it"
    )
    sni_since: str | None = fact("the version of this client that sends SNI; empty if not known")
    workarounds: tuple[Workaround, ...] | None = fact("how this client can name the endpoint where it sends no SNI")
    password_separator: str | None = fact("the separator between the endpoint and the password: ; or, for some, $")
    channel_binding: ChannelBinding | None = fact("what the client makes of SCRAM-SHA-256-PLUS")
    channel_binding_since: str | None = fact("the version that knows channel_binding; empty if not known, or none does")
    knows_oauth: bool | None = fact("the client knows the mechanism OAUTHBEARER; no: it passes over it and takes SCRAM")
    default_sslmode: str | None = fact("its sslmode when none is asked for")
    sslmodes: tuple[str, ...] | None = fact("the values of sslmode that it takes; empty: libpq's six, or not known")
    require_verifies: bool | None = fact("the client checks the certificate under sslmode=require already")
    roots: Roots | None = fact("where it finds authorities for verify-full when the settings name none")
    system_roots: bool | None = fact("the client is known to read sslrootcert=system as the system's store")
    strict_since: str | None = fact(
        "the runtime since which it checks certificates strictly (VERIFY_X509_STRICT) by default; empty if it does not "
        "or that is not known"
    )
    unknown_parameters: UnknownParameters | None = fact("what the client does with a parameter that it does not know")
    settings: SettingsStyle | None = fact(
        "how one writes this client's settings: the dialect of the target if it reads that"
    )
    addresses: Addresses | None = fact(
        "what it does with several addresses: one after the other, IPv6 and IPv4 side by side, or only the first"
    )
    connect_timeout_s: float | None = fact("its time limit for a connection in seconds; 0 if it has none")
    timeout_per_address: bool | None = fact("that limit applies to each address; no: to the whole connection")
    per_address_ms: float | None = fact("its time limit for each address in milliseconds; 0 if it has none")
    reconnects_without_end: bool | None = fact(
        "the client is known to come again at once, without end, where the server closes the connection unanswered"
    )
    proxy_variables: tuple[str, ...] | None = fact("the variables whose HTTP proxy it goes through; empty: none")
    proxy_switch: str | None = fact("the variable that has to be 1 before it does so; empty: it always does")
    tls_setting: str | None = fact("how this client is told to use TLS, in words; empty: by sslmode")
    roots_setting: str | None = fact("how it is given a root certificate, in words; empty: by sslrootcert")
    timeout_setting: str | None = fact("how its time limit is raised, as one writes it; empty if not known")
    idle_setting: str | None = fact("what keeps it from using a dead idle connection; empty if not known")
    advice: str | None = fact("what else its documentation says of connecting to Neon; empty if nothing")
    check_version: str | None = fact("a command that prints the client's version; empty if not known")


def facts_of(
    client: Client,
    *,
    version: str | None,
    host_is_name: bool,
    sslsni: bool,
    sslmode: str,
    dialect: str,
    connect_timeout: int,
) -> ClientFacts:
    """The client's habits for one target. `connect_timeout` is what the target asks for, in seconds (0: nothing)."""
    limit = float(connect_timeout) if connect_timeout else client.connect_timeout_s
    blocked, sends = _sni(client, host_is_name=host_is_name, sslsni=sslsni, sslmode=sslmode)
    of_any_target = {name: getattr(client, name) for name in _habits()}
    for_this_one = {
        "title": client.title if version is None else f"{client.title} {version}",
        "version": version or "",
        "driver": client.driver or "",
        "sends_sni": sends,
        "sni_blocked_by": blocked,
        "sni_since": client.sni_since or "",
        "workarounds": client.ways,
        "channel_binding_since": client.channel_binding_since or "",
        "system_roots": client.system_roots is True,
        "strict_since": client.strict_since or "",
        "reconnects_without_end": client.reconnects_without_end is True,
        "settings": _settings_syntax(client, dialect),
        "connect_timeout_s": limit,
        "per_address_ms": client.per_address_ms or 0.0,
        "check_version": client.check_version or "",
    }
    return ClientFacts(**{**of_any_target, **for_this_one})


@cache
def _habits() -> tuple[str, ...]:
    """The facts that are a client's own, under the same name."""
    return tuple(n for n in fact_names(ClientFacts) if n in Client.__match_args__ or hasattr(Client, n))


def habits_alone(client: Client) -> ClientFacts:
    """What is true of the client whatever its target: of a text alone nobody knows where it came from.

    If nothing names the client, libpq here is not meant either: then its habits are those of anybody.
    """
    meant = client if not client.is_libpq_here else Client(id=client.id, title=client.title)
    facts = facts_of(
        meant,
        version=meant.version,
        host_is_name=True,
        sslsni=True,
        sslmode="",
        dialect="",
        connect_timeout=0,
    )
    return replace(facts, sends_sni=meant.sends_sni, sni_blocked_by=None)


def _sni(client: Client, *, host_is_name: bool, sslsni: bool, sslmode: str) -> tuple[str | None, bool | None]:
    if sslmode == "disable" and not client.way.over_443:
        return "no-tls", False
    if not host_is_name:
        return "ip-address", False
    if client.sends_sni is False and sslmode not in client.sni_modes:
        return "client", False
    if not sslsni:
        return "sslsni", False
    if client.sends_sni is None and sslmode not in client.sni_modes:
        return None, None
    return "", True


def _settings_syntax(client: Client, dialect: str) -> SettingsStyle | None:
    if dialect in client.syntaxes:
        return SettingsStyle(dialect)
    return client.syntaxes[0] if client.syntaxes else None
