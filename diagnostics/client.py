"""Which client fails, and what it can do: the run speaks for this one.

`clients.toml` holds the habits of each driver as data, each with its source. The client is what the user named
(`--client`), what the error text gives away (`--error`), what the string names for certain, or libpq on this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from diagnostics.facts import Record, fact


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
    channel_binding: ChannelBinding | None = None
    default_sslmode: str | None = None
    require_verifies: bool | None = None
    """`sslmode=require` checks the certificate as verify-full does."""
    unknown_parameters: UnknownParameters | None = None
    known_parameters: tuple[str, ...] = ()
    """Its own URL parameters beyond libpq's; empty where it reads libpq's."""
    refused_parameters: tuple[str, ...] = ()
    """libpq parameters that it does not know and refuses."""
    forwarded_parameters: tuple[str, ...] = ()
    """libpq parameters that it does not know and sends to the server."""
    syntaxes: tuple[Syntax, ...] = ()
    connect_timeout_s: float | None = None
    """Its own limit when none is asked for; `None`: not known; 0: none at all."""
    per_address_ms: float | None = None
    """What it gives each address before it goes on to the next one; `None`: no such limit."""
    sni_since: str | None = None
    """The version that sends SNI: `libpq 14`, `pgx 5.0.0`."""
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
    reads_dialect: bool | None = fact("the client reads the syntax in which the target is written")
    connect_timeout_s: float | None = fact("its time limit for a connection in seconds; 0 if it has none")
    per_address_ms: float | None = fact("its time limit for each address in milliseconds; 0 if it has none")
    sni_since: str | None = fact("the version of this client that sends SNI; empty if not known")
    check_version: str | None = fact("a command that prints the client's version; empty if not known")
