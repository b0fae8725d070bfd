"""Which client fails, and what it can do: the run speaks for this one.

`clients.toml` holds the habits of each driver as data, each with its source. The client is what the user named
(`--client`), what the error text gives away (`--error`), what the string names for certain, or libpq on this machine.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from diagnostics.facts import Record, fact
from diagnostics.values import dataclass


class UnknownParameters(StrEnum):
    """What a client does with a URL parameter that it does not know."""

    REFUSED = "refused"
    """It fails before it connects, as libpq does."""
    IGNORED = "ignored"
    FORWARDED = "forwarded"
    """It sends it to the server as a start-up parameter, and Postgres refuses what it does not know."""


class ChannelBinding(StrEnum):
    """What a client makes of SCRAM-SHA-256-PLUS and of `channel_binding`."""

    SUPPORTED = "supported"
    """Does it by itself, and can be told to require it."""
    AUTOMATIC = "automatic"
    """Does it where it is offered; has no parameter for it."""
    NONE = "none"


class Syntax(StrEnum):
    """How one writes this client's settings."""

    URI = "uri"
    KEYWORDS = "keywords"
    JDBC = "jdbc"
    NPGSQL = "npgsql"
    SQLALCHEMY = "sqlalchemy"
    CODE = "code"


@dataclass(frozen=True)
class Client:
    """A client, or what is known of one. `None` in a habit: not known, so rules cannot tell."""

    id: str
    """The key in `clients.toml`; `libpq` for libpq; `unknown` where only an error text speaks."""
    title: str
    """As people call it: `node-postgres`, `libpq 13`."""
    version: str | None = None
    named: bool = False
    """The user named it."""
    guessed: bool = False
    """The string or the error text gave it away."""
    family: str | None = None
    """`libpq`, `node`, `go`, `java`, `dotnet`, `rust`, `python`: whose error texts and time limits it has."""
    sends_sni: bool | None = None
    sni_modes: tuple[str, ...] = ()
    """Values of sslmode under which it sends SNI although `sends_sni` is false: old Go drivers with verify-full."""
    channel_binding: ChannelBinding | None = None
    default_sslmode: str | None = None
    require_verifies: bool | None = None
    """`sslmode=require` checks the certificate as verify-full does."""
    unknown_parameters: UnknownParameters | None = None
    refused_parameters: tuple[str, ...] = ()
    """libpq parameters that it does not know and refuses."""
    forwarded_parameters: tuple[str, ...] = ()
    """libpq parameters that it does not know and sends to the server."""
    syntaxes: tuple[Syntax, ...] = ()
    system_roots: bool | None = None
    """`sslrootcert=system` means the system's store; false: it is looked for as a file of that name."""
    connect_timeout_s: float | None = None
    """Its own limit when none is asked for; `None`: not known; 0: none at all."""
    per_address_ms: float | None = None
    """What it gives each address before it goes on to the next one; `None`: no such limit."""
    sni_since: str | None = None
    """The version that sends SNI: `libpq 14`, `pgx 4.18.0`."""
    check_version: str | None = None
    """A command that prints the version in use."""
    source: str | None = None
    """Where these habits are documented (URL) or how they were measured."""

    @property
    def is_libpq_here(self) -> bool:
        """The run speaks for nobody else than the libpq of this machine."""
        return self.id == "libpq" and not self.named and not self.guessed


@dataclass(frozen=True)
class ClientFacts(Record):
    """Whose failure this run is about."""

    name: ClassVar[str] = "client"

    id: str | None = fact("the client the run speaks for: libpq, psycopg2, asyncpg, node-postgres ...; unknown")
    title: str | None = fact("the client's name and version as people write it")
    version: str | None = fact("its version; empty if not known")
    named: bool | None = fact("the user said which client fails (--client)")
    guessed: bool | None = fact("the string or the pasted text gave the client away")
    family: str | None = fact("libpq, node, go, java, dotnet, rust or python")
    sends_sni: bool | None = fact("the client sends the host name in the TLS handshake for this target")
    sni_blocked_by: str | None = fact(
        "why it sends none: client, ip-address, sslsni, no-tls, or empty if it does send it"
    )
    channel_binding: ChannelBinding | None = fact("what the client makes of SCRAM-SHA-256-PLUS")
    require_verifies: bool | None = fact("the client checks the certificate under sslmode=require already")
    unknown_parameters: UnknownParameters | None = fact("what the client does with a parameter that it does not know")
    settings: Syntax | None = fact("how one writes this client's settings: the dialect of the target if it reads that")
    connect_timeout_s: float | None = fact("its time limit for a connection in seconds; 0 if it has none")
    per_address_ms: float | None = fact("its time limit for each address in milliseconds; 0 if it has none")
    sni_since: str | None = fact("the version of this client that sends SNI; empty if not known")
    check_version: str | None = fact("a command that prints the client's version; empty if not known")


class UnknownClient(LookupError):
    """No client of that name; `nearest` is the one whose spelling is nearest, or `None`."""

    def __init__(self, name: str, nearest: str | None, known: tuple[str, ...]) -> None:
        hint = f"did you mean {nearest}?" if nearest else "known are: " + ", ".join(known)
        super().__init__(f"no client is called {name!r}; {hint}")
        self.nearest = nearest


LIBPQ_HERE = Client(
    id="libpq",
    title="libpq",
    family="libpq",
    sends_sni=True,
    channel_binding=ChannelBinding.SUPPORTED,
    default_sslmode="prefer",
    require_verifies=False,
    unknown_parameters=UnknownParameters.REFUSED,
    syntaxes=(Syntax.URI, Syntax.KEYWORDS),
    connect_timeout_s=0,
    sni_since="libpq 14",
    check_version="psql --version",
    source="https://www.postgresql.org/docs/current/libpq-connect.html",
)
"""The libpq that pgwhy brings along (its wheel has 17 or later): no table needs to be read for it."""


def resolve(named: str | None, error_text: str | None, target_driver: str | None) -> Client:
    """Whose failure is it? What the user named, else what the error text gives away, else what the string names.

    `named` is `NAME` or `NAME@VERSION`. Raises `UnknownClient`. Without any of the three: libpq on this machine.
    """
    if named:
        name, _, version = named.partition("@")
        return _from_table(name.strip(), version.strip() or None, named=True, guessed=False)
    if error_text:
        spoken = _from_error(error_text)
        if spoken is not None:
            return spoken
    if target_driver and _known(target_driver):
        return _from_table(target_driver, None, named=False, guessed=True)
    return LIBPQ_HERE


def without_sni(client: Client) -> Client:
    """The same client, taken to send no SNI: for experiments about a failure that only this explains."""
    return replace(client, sends_sni=False, sni_modes=())


def names() -> tuple[str, ...]:
    """The names that `--client` takes, aliases left out."""
    return tuple(name for name in _table() if name != "signature")


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
    return ClientFacts(
        id=client.id,
        title=client.title if version is None else f"{client.title} {version}",
        version=version or "",
        named=client.named,
        guessed=client.guessed,
        family=client.family,
        sends_sni=sends,
        sni_blocked_by=blocked,
        channel_binding=client.channel_binding,
        require_verifies=client.require_verifies,
        unknown_parameters=client.unknown_parameters,
        settings=_settings_syntax(client, dialect),
        connect_timeout_s=limit,
        per_address_ms=client.per_address_ms or 0.0,
        sni_since=client.sni_since or "",
        check_version=client.check_version or "",
    )


def _sni(client: Client, *, host_is_name: bool, sslsni: bool, sslmode: str) -> tuple[str | None, bool | None]:
    if sslmode == "disable":
        return "no-tls", False
    if not host_is_name:
        return "ip-address", False
    if client.sends_sni is False and sslmode not in client.sni_modes:
        return "client", False
    if not sslsni:
        return "sslsni", False
    if client.sends_sni is None:
        return None, None
    return "", True


def _settings_syntax(client: Client, dialect: str) -> Syntax | None:
    if dialect in set(client.syntaxes):
        return Syntax(dialect)
    return client.syntaxes[0] if client.syntaxes else None


def _from_error(text: str) -> Client | None:
    folded = text.casefold()
    for signature in _table()["signature"]:
        lacking = not any(word in folded for word in signature.get("lacks", ()))
        if lacking and all(word in folded for word in signature["contains"]):
            habits = _typed(signature.get("habits", {}))
            if signature["client"] == "unknown":
                return Client(id="unknown", title="your client", guessed=True, **habits)
            client = _from_table(signature["client"], None, named=False, guessed=True)
            return replace(client, **habits)
    return None


def _from_table(name: str, version: str | None, *, named: bool, guessed: bool) -> Client:
    key = _known(name)
    if key is None:
        from difflib import get_close_matches

        every = [*names(), *(alias for entry in names() for alias in _table()[entry].get("aliases", ()))]
        near = get_close_matches(name.casefold(), every, n=1)
        raise UnknownClient(name, near[0] if near else None, names())
    entry = _table()[key]
    habits = {k: v for k, v in entry.items() if k not in ("aliases", "version")}
    for block in entry.get("version", ()):
        if version is not None and _number(version) < _number(block["below"]):
            lists = {k: [*habits.get(k, []), *v] for k, v in block.items() if k.endswith("_parameters")}
            habits |= {k: v for k, v in block.items() if k != "below"} | lists
    return Client(id=key, version=version, named=named, guessed=guessed, **_typed(habits))


def _known(name: str) -> str | None:
    wanted = name.casefold()
    for key, entry in _table().items():
        if key != "signature" and (wanted == key or wanted in entry.get("aliases", ())):
            return key
    return None


_ENUMS = {"channel_binding": ChannelBinding, "unknown_parameters": UnknownParameters}


def _typed(habits: dict[str, Any]) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for key, value in habits.items():
        if key in _ENUMS:
            typed[key] = _ENUMS[key](value)
        elif key == "syntaxes":
            typed[key] = tuple(Syntax(word) for word in value)
        else:
            typed[key] = tuple(value) if isinstance(value, list) else value
    return typed


def _number(version: str) -> tuple[int, ...]:
    """`5.7.4` → (5, 7, 4). Trailing words are dropped (`3.2.4-beta`); without any digit: empty, below everything."""
    digits = []
    for part in version.lstrip("vV").split("."):
        head = "".join(c for c in part if c.isdigit()) if part[:1].isdigit() else ""
        if not head:
            break
        digits.append(int(head))
    return tuple(digits)


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    # Only a run that speaks for another client than libpq here pays for the reader of TOML.
    import tomllib

    return tomllib.loads(Path(__file__).with_name("clients.toml").read_text("utf-8"))
