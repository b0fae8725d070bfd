"""The target as facts: what rules may ask about the connection string. No secret is among them."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import ClassVar
from urllib.parse import quote

from pgwhy.facts import Record, derived, fact
from pgwhy.secret import without_brackets
from pgwhy.shipped.regex import lazy
from pgwhy.target import endpoint_naming, provider
from pgwhy.target.dialects import Dialect
from pgwhy.target.endpoint_naming import FormMistake, OptionMistake
from pgwhy.target.host_spelling import HostMistake, host_mistake
from pgwhy.target.model import Setting, Target, is_absolute_path
from pgwhy.target.parameters import words
from pgwhy.target.problem import ProblemCode
from pgwhy.target.provider import Provider
from pgwhy.values import dataclass


class HostKind(StrEnum):
    """What is in the place of the host."""

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
    IN_BRACKETS = "in-brackets"
    """Brackets as a template has them, and inside them no words of a template: `[hunter2]`."""
    ENDPOINT_FORM = "endpoint-form"
    """`endpoint=<id>;<password>` or with `$` (neon.com/docs/connect/connection-errors, workaround D)."""


@dataclass(frozen=True)
class TargetFacts(Record):
    """What the connection string says, as the client spoken for would read it."""

    name: ClassVar[str] = "target"

    dialect: Dialect | None = fact("the syntax in which the target was written")
    origin: str | None = fact("where it was found, in words: DATABASE_URL (environment)")
    argument: str | None = fact(
        "how a command names it again: @.env, env:DATABASE_URL; empty if by nothing of the kind"
    )
    problems: tuple[ProblemCode, ...] | None = fact("what is wrong with the text; empty when it reads well")
    problem_details: tuple[str, ...] | None = fact("one line for each problem: what was seen, without any secret")
    host: str | None = fact("the (first) host as written; empty if there is none")
    hostaddr: str | None = fact("the address given beside the host, which skips DNS; empty if none")
    host_count: int | None = fact("how many hosts the target names")
    port: int | None = fact("the (first) port")
    port_source: str | None = fact("where the port came from, in words")
    host_source: str | None = fact("where the host came from, in words")
    hostaddr_source: str | None = fact("where hostaddr came from, in words; empty if nobody set it")
    user: str | None = fact("the role; empty if none was given")
    dbname: str | None = fact("the database; empty if none was given, so that it is named like the role")
    password: PasswordState | None = fact("whether a password is there, and of which form")
    password_source: str | None = fact("where the password came from, in words; empty if there is none")
    password_endpoint: str | None = fact("the endpoint named inside the password (workaround D); empty if none")
    password_form_mistake: FormMistake | None = fact("what is wrong with the endpoint in front of the password")
    sslmode: str | None = fact("the effective sslmode, the client's default included")
    sslmode_source: str | None = fact("where sslmode came from, in words; the client's default when nobody set it")
    sslrootcert: str | None = fact("the root certificates asked for: a path, system, or empty")
    sslnegotiation: str | None = fact("postgres (SSLRequest first) or direct")
    tls_max_version: str | None = fact("the newest TLS version that the settings allow; empty if they set none")
    sslsni: bool | None = fact("whether the settings let the client send SNI (libpq's sslsni)")
    sslsni_source: str | None = fact("where sslsni came from, in words; empty if nobody set it")
    channel_binding: str | None = fact("prefer, require or disable; empty if nobody set it")
    connect_timeout: int | None = fact("the time limit per address that was asked for, in seconds; 0 if none")
    password_unencoded: bool | None = fact(
        "the password has a raw #, ? or [ in a URI: libpq reads it, URL parsers of other languages do not"
    )
    not_utf8: bool | None = fact("what is sent in the start-up message holds bytes that are not UTF-8")
    replication: bool | None = fact("a replication connection is asked for, physical or logical")
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
        name = self.host or self.hostaddr or ""
        if self.hostaddr and _is_path(name):
            name = self.hostaddr  # libpq then connects to the address, and the path is only a name
        if not name:
            return HostKind.MISSING
        if _is_path(name):
            return HostKind.SOCKET
        # libpq's own test for an address, which decides whether it sends SNI (fe-secure-openssl.c).
        if ":" in name:
            return HostKind.IPV6
        return HostKind.NAME if name.strip("0123456789.") else HostKind.IPV4

    @derived
    def host_mistake(self) -> HostMistake | None:
        """what a reader of the string does not see in the host: a dot at its end, an invisible character"""
        return None if self.host is None else host_mistake(self.host)

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
    def direct_host(self) -> str | None:
        """the host of the same endpoint without its connection pooler; empty if the host selects none"""
        if self.host is None or self.pooled is None:
            return None
        return self.host.replace("-pooler", "", 1) if self.pooled else ""

    @derived
    def jdbc_url(self) -> str | None:
        """the URL for Java, role and password left out, which have fields of their own; empty without a single host"""
        if self.host is None or self.dbname is None or self.host_kind is None:
            return None
        if self.host_kind in (HostKind.SOCKET, HostKind.MISSING) or (self.host_count or 1) > 1:
            return ""
        host = f"[{self.host}]" if self.host_kind is HostKind.IPV6 else self.host
        port = f":{self.port}" if self.port and self.port != 5432 else ""
        # Under the weaker modes pgJDBC tries without TLS as well, which Neon never takes.
        encrypted = self.provider is Provider.NEON and self.may_connect_unencrypted
        given = {
            "sslmode": "require" if encrypted else self.sslmode,
            "channelBinding": self.channel_binding,
            "options": self.options,
        }
        query = "&".join(f"{name}={_quoted(value)}" for name, value in given.items() if value)
        return f"jdbc:postgresql://{host}{port}/{_quoted(self.dbname)}?{query}".rstrip("?")

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
        named = [t.partition("=")[2] for t in self.options.split() if t.startswith(endpoint_naming.OPTIONS)]
        return named[0] if len(named) == 1 else ""

    @derived
    def option_mistake(self) -> OptionMistake | None:
        """what is wrong with the endpoint= token of options"""
        return None if self.options is None else endpoint_naming.option_mistake(self.options)

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


def facts_of(target: Target, default_sslmode: str = "prefer", default_source: str = "libpq's default") -> TargetFacts:
    """The facts of a target. The defaults are those of the client spoken for, with where they are said to come from."""
    settings = target.settings
    hosts = target.hosts
    sslmode, sslmode_source = _sslmode(target, default_sslmode, default_source)
    return TargetFacts(
        dialect=target.written.dialect if target.written else Dialect.DEFAULTS,
        origin=str(target.written.source) if target.written else "libpq's defaults",
        argument=target.argument,
        problems=tuple(problem.code for problem in target.problems),
        problem_details=tuple(problem.detail for problem in target.problems),
        host=hosts[0].name if hosts else target.value("host") or "",
        hostaddr=hosts[0].hostaddr if hosts else target.value("hostaddr") or "",
        host_count=len(hosts),
        port=hosts[0].port if hosts else None,
        port_source=_source(settings.get("port"), default_source),
        host_source=_source(settings.get("host"), default_source),
        hostaddr_source=_source(settings.get("hostaddr"), ""),
        user=target.value("user") or "",
        dbname=target.value("dbname") or "",
        password=_password(target),
        password_source=str(target.password_source) if target.password_source else "",
        password_endpoint=_password_endpoint(target),
        password_form_mistake=endpoint_naming.form_mistake(target.password.reveal() if target.password else ""),
        sslmode=sslmode,
        sslmode_source=sslmode_source,
        sslrootcert=target.value("sslrootcert") or "",
        sslnegotiation=target.value("sslnegotiation") or "postgres",
        tls_max_version=target.value("ssl_max_protocol_version") or "",
        # libpq sends SNI unless the value begins with 0 (fe-secure-openssl.c); an empty value counts as its default.
        sslsni=not (target.value("sslsni") or "1").startswith("0"),
        sslsni_source=_source(settings.get("sslsni"), ""),
        channel_binding=target.value("channel_binding") or "",
        connect_timeout=_seconds(target.value("connect_timeout")),
        password_unencoded=_unencoded(target),
        not_utf8=any(_holds_other_bytes(target.value(name) or "") for name in _SENT),
        # What Postgres reads as false (backend_startup.c) is an ordinary connection.
        replication=(target.value("replication") or "false").lower() not in ("false", "off", "no", "0", "f", "n"),
        options=target.value("options") or "",
        options_source=_source(settings.get("options"), ""),
        requested=_requested(target),
        overridden=tuple(_overridden(name, setting) for name, setting in settings.items() if setting.overrode),
        other_candidates=tuple(f"{candidate.source}: {candidate.host}" for candidate in target.candidates),
    )


def _is_path(host: str) -> bool:
    """A Unix socket's folder or name on some platform; what libpq makes of it on this one, `Host.is_socket` says."""
    return host.startswith("@") or any(is_absolute_path(host, platform) for platform in ("linux", "win32"))


def is_template(text: str) -> bool:
    """A placeholder of a template or a guide: `[YOUR-PASSWORD]`, `****`, `PASSWORD_HERE`."""
    return bool(_TEMPLATE.fullmatch(text))


def _sslmode(target: Target, default: str, default_source: str) -> tuple[str, str]:
    setting = target.settings.get("sslmode")
    if setting:
        return setting.value, str(setting.source)
    if target.value("sslrootcert") == "system":
        return "verify-full", "libpq's default with sslrootcert=system"
    return default, default_source


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")  # a saved report may hold what no encoding can


def _source(setting: Setting | None, default: str) -> str:
    return str(setting.source) if setting else default


def _password(target: Target) -> PasswordState:
    if target.password is None:
        return PasswordState.MISSING
    text = target.password.reveal()
    if not text:
        return PasswordState.EMPTY
    if without_brackets(text) is not None:
        return PasswordState.IN_BRACKETS
    if is_template(text) or text in _DOCUMENTED:
        return PasswordState.PLACEHOLDER
    return PasswordState.ENDPOINT_FORM if ENDPOINT_FORM.match(text) else PasswordState.GIVEN


def _password_endpoint(target: Target) -> str:
    found = ENDPOINT_FORM.match(target.password.reveal()) if target.password else None
    return found["endpoint"] if found else ""


def _holds_other_bytes(text: str) -> bool:
    """Bytes that were no UTF-8 are lone surrogates (PEP 383)."""
    return not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text)


_SENT = ("user", "dbname", "application_name", "options")


def _seconds(text: str | None) -> int | None:
    """libpq's connect_timeout: 0 or less means no limit; `None` for what is no number."""
    if text is None:
        return 0
    digits = text.strip()
    return max(0, int(digits)) if re.fullmatch(r"[+-]?[0-9]{1,9}", digits) else None


def _unencoded(target: Target) -> bool:
    written = target.written
    if not written or written.dialect is not Dialect.URI or target.problems:
        return False
    login = written.text.reveal().partition("://")[2].partition("@")
    return bool(login[1]) and any(character in login[0] for character in "#?[")


def _requested(target: Target) -> tuple[str, ...]:
    """Server parameters in `options` as the server reads them (-c name=value, --name=value), and in the URL.

    Rails' schema_search_path is none: it is set by a query, after the login.
    """
    options = target.value("options") or ""
    named = [m[1].replace("-", "_") for m in _OPTION.finditer(options)] if options else []
    schema = [name for name in ("currentSchema", "Search Path") if name in target.foreign]
    passed = [name for name in target.foreign if name.lower() in _PASSED_ON]
    return tuple(dict.fromkeys([*named, *(["search_path"] if schema else []), *passed]))


def _overridden(name: str, setting: Setting) -> str:
    beaten = ", ".join(f"{other.value} from {other.source}" for other in setting.overrode)
    return f"{name}={setting.value} from {setting.source}, not {beaten}"


ENDPOINT_FORM = lazy(r"(?:endpoint|project)=(?P<endpoint>[A-Za-z0-9-]+)[;$]")
"""Workaround D: the endpoint in front of the password."""
_OPTION = lazy(r"(?:(?<=\s)|^)(?:-c\s*|--)([A-Za-z_][\w.\-]*)=")
_PASSED_ON = words("search_path statement_timeout lock_timeout timezone datestyle idle_in_transaction_session_timeout")
_TEMPLATE = lazy(
    r"\[[^\]]*\]|<[^>]*>|\{\{.*\}\}|\$\{?\w+\}?|[*\u2022x.]{3,}|password_here|your[-_ ]?\w*|"
    r"\w*_?(?:placeholder|changeme)|"
    r"(?:neon|db|my)[-_](?:password|host|hostname|user|username|role|database)|hostname",
    re.IGNORECASE,
)
# The example password of Neon's documentation and console screenshots.
_DOCUMENTED = frozenset({"AbC123dEf"})
