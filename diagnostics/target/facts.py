"""The target as facts: what rules may ask about the connection string. No secret is among them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import ClassVar

from diagnostics.facts import Record, derived, fact
from diagnostics.target import provider
from diagnostics.target.model import Dialect, ProblemCode
from diagnostics.target.provider import Provider


class HostKind(StrEnum):
    """What stands in the place of the host."""

    NAME = "name"
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    SOCKET = "socket"
    MISSING = "missing"


class PasswordState(StrEnum):
    """Whether there is a password, without saying anything about it."""

    GIVEN = "given"
    MISSING = "missing"
    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    """The text of a template: `[YOUR-PASSWORD]`, `****`, `PASSWORD_HERE`."""
    ENDPOINT_FORM = "endpoint-form"
    """`endpoint=<id>;<password>` or with `$` (neon.com/docs/connect/connection-errors, workaround D)."""


@dataclass(frozen=True)
class TargetFacts(Record):
    """What the connection string says, as the client spoken for would read it."""

    name: ClassVar[str] = "target"

    dialect: Dialect | None = fact("the syntax in which the target was written")
    origin: str | None = fact("where it was found, in words: DATABASE_URL (environment)")
    problems: tuple[ProblemCode, ...] | None = fact("what is wrong with the text; empty when it reads well")
    problem_details: tuple[str, ...] | None = fact("one line for each problem: what was seen, without any secret")
    host: str | None = fact("the (first) host as written; empty if there is none")
    hostaddr: str | None = fact("the address given beside the host, which skips DNS; empty if none")
    host_count: int | None = fact("how many hosts the target names")
    port: int | None = fact("the (first) port")
    port_source: str | None = fact("where the port came from, in words")
    host_source: str | None = fact("where the host came from, in words")
    user: str | None = fact("the role; empty if none was given")
    dbname: str | None = fact("the database; empty if none was given, so that it is named like the role")
    password: PasswordState | None = fact("whether a password is there, and of which form")
    password_source: str | None = fact("where the password came from, in words; empty if there is none")
    password_endpoint: str | None = fact("the endpoint named inside the password (workaround D); empty if none")
    sslmode: str | None = fact("the effective sslmode, the client's default included")
    sslmode_source: str | None = fact("where sslmode came from, in words; the client's default when nobody set it")
    sslrootcert: str | None = fact("the root certificates asked for: a path, system, or empty")
    sslnegotiation: str | None = fact("postgres (SSLRequest first) or direct")
    sslsni: bool | None = fact("whether the settings let the client send SNI (libpq's sslsni)")
    sslsni_source: str | None = fact("where sslsni came from, in words; empty if nobody set it")
    channel_binding: str | None = fact("prefer, require or disable; empty if nobody set it")
    connect_timeout: int | None = fact("the time limit per address that was asked for, in seconds; 0 if none")
    options: str | None = fact("the start-up options as the server would get them; empty if none")
    options_source: str | None = fact("where options came from, in words; empty if nobody set it")
    requested: tuple[str, ...] | None = fact("names of the server parameters the target asks for (search_path ...)")
    overridden: tuple[str, ...] | None = fact("settings of which one source beat another, in words")
    other_candidates: tuple[str, ...] | None = fact("other variables that name another host, with that host")

    @derived
    def host_kind(self) -> HostKind | None:
        """a DNS name, an IP address, a Unix socket, or nothing"""
        if self.host is None:
            return None
        if self.host == "":
            return HostKind.MISSING if not self.hostaddr else HostKind.IPV4 if "." in self.hostaddr else HostKind.IPV6
        if self.host.startswith(("/", "@")):
            return HostKind.SOCKET
        try:
            return HostKind.IPV4 if ip_address(self.host.strip("[]").partition("%")[0]).version == 4 else HostKind.IPV6
        except ValueError:
            return HostKind.NAME

    @derived
    def provider(self) -> Provider | None:
        """the service that the host name belongs to; none for an ordinary server"""
        return None if self.host is None else provider.recognise(self.host).provider

    @derived
    def endpoint(self) -> str | None:
        """the endpoint that the host name names, with -pooler where it has that; empty if it names none"""
        return None if self.host is None else provider.recognise(self.host).endpoint

    @derived
    def pooled(self) -> bool | None:
        """the host name selects the provider's connection pooler"""
        return None if self.host is None else provider.recognise(self.host).pooled

    @derived
    def region(self) -> str | None:
        """the region in the host name; empty if it names none"""
        return None if self.host is None else provider.recognise(self.host).region

    @derived
    def cell(self) -> str | None:
        """the cell in the host name (c-2); empty if it names none"""
        return None if self.host is None else provider.recognise(self.host).cell

    @derived
    def cloud(self) -> str | None:
        """aws, azure ... as the host name says; empty if it does not"""
        return None if self.host is None else provider.recognise(self.host).cloud

    @derived
    def option_endpoint(self) -> str | None:
        """the endpoint named by an endpoint= or project= token of options; empty if none, or if there are two"""
        if self.options is None:
            return None
        named = [t.partition("=")[2] for t in self.options.split() if t.startswith(("endpoint=", "project="))]
        return named[0] if len(named) == 1 else ""

    @derived
    def endpoint_named(self) -> bool | None:
        """the target names its endpoint apart from the host name: by option or inside the password"""
        if self.option_endpoint or self.password_endpoint:
            return True
        return None if self.option_endpoint is None or self.password_endpoint is None else False

    @derived
    def option_contradicts_host(self) -> bool | None:
        """the endpoint option and the host name name different endpoints (-pooler counts)"""
        if self.option_endpoint is None or self.endpoint is None:
            return None
        return bool(self.option_endpoint and self.endpoint and self.option_endpoint != self.endpoint)

    @derived
    def may_connect_unencrypted(self) -> bool | None:
        """sslmode lets the client talk, or try to talk, without TLS"""
        return None if self.sslmode is None else self.sslmode in ("disable", "allow", "prefer")
