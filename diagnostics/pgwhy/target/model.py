"""The target: every setting that the user's client would connect with, and where each came from.

Values are frozen and hold no open resources. The password is a `Secret`, apart from the settings, so nothing that is
saved, matched or printed can contain it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from pgwhy.machine import Machine
from pgwhy.secret import PLACEHOLDER as PLACEHOLDER
from pgwhy.secret import Secret
from pgwhy.target.problem import Problem
from pgwhy.values import dataclass, replace

if TYPE_CHECKING:
    from pgwhy.target.dialects import Dialect
    from pgwhy.target.files.rewriting import SettingsFile
    from pgwhy.target.services import Services


class SourceKind(StrEnum):
    """What kind of place a value came from, strongest first within libpq's order."""

    STRING = "string"
    FILE = "file"
    """A line of a settings file that holds this one value."""
    SERVICE_FILE = "service-file"
    ENVIRONMENT = "environment"
    DOTENV = "dotenv"
    PASSFILE = "passfile"
    DEFAULT = "default"
    FIX = "fix"
    """Set by a change that is being tried."""


@dataclass(frozen=True)
class Source:
    """Where a value came from, in words that a person can act on."""

    kind: SourceKind
    name: str
    """`DATABASE_URL`, `PGSSLMODE`, a path, `the connection string`, `libpq's default`."""
    line: int | None = None
    """The line in a file, counted from 1; `None` where there is no file."""
    variable: str = ""
    """The variable on that line of a `.env`; empty elsewhere."""

    def __str__(self) -> str:
        """`PGSSLMODE (environment)`, `.env line 3 (DATABASE_URL)`, `the connection string`."""
        if self.line is not None:
            return f"{self.name} line {self.line}" + (f" ({self.variable})" if self.variable else "")
        if self.kind is SourceKind.ENVIRONMENT:
            return f"{self.name} (environment)"
        return self.name


@dataclass(frozen=True)
class Setting:
    """One value, its source, and the values it overrode, strongest first."""

    value: str
    source: Source
    overrode: tuple[Setting, ...] = ()
    spelling: str = ""
    """The name as the user wrote it where that is not libpq's: `channelBinding`, `SSL Mode`."""


@dataclass(frozen=True)
class Written:
    """The text as the user wrote it, for edits and for rendering the corrected string in the same syntax."""

    dialect: Dialect
    text: Secret
    """The whole string: it contains the password. Empty where there is no string (`PG*` variables, a service)."""
    source: Source
    masked: str = ""
    """The same text without its secrets: `PASSWORD_HERE` in their place, broken in the same places as the text."""


@dataclass(frozen=True)
class Host:
    """One host of a possibly multi-host target."""

    name: str
    """A DNS name, an IP literal, a socket directory (absolute path, or `@abstract`), or empty for the default one."""
    port: int
    hostaddr: str = ""
    """libpq's `hostaddr` for this host: skips DNS, keeps the name for SNI and verification."""

    def is_socket(self, platform: str) -> bool:
        """libpq connects over a Unix socket, by its own rule (`pqConnectOptions2`, `is_unixsock_path`): no `hostaddr`,
        and an absolute path of that platform, an abstract name (`@name`, Linux only), or nothing at all.
        """
        if self.hostaddr:
            return False
        if platform == "win32":
            return is_absolute_path(self.name, platform)
        return not self.name or self.name.startswith("/") or (self.name.startswith("@") and platform == "linux")


@dataclass(frozen=True)
class Candidate:
    """Another connection setting lying around, which the run does not use."""

    name: str
    """`POSTGRES_URL`, `DATABASE_URL_UNPOOLED` ..."""
    source: Source
    host: str


@dataclass(frozen=True)
class Target:
    """What to connect to, as one client would read it. Made by `pgwhy.target.read`."""

    settings: Mapping[str, Setting]
    """libpq's names (`host`, `port`, `user`, `sslmode`, `options` ...) → value with its source. A dialect's own
    spelling is translated (`sslMode`, `channelBinding`, `SSL Mode`); never contains `password`. Only what some source
    set: libpq's defaults are in `Target.value`."""
    foreign: Mapping[str, Setting] = field(default_factory=dict)
    """Parameters, as written, that libpq has no name for (`pgbouncer`, `schema`, a typing error)."""
    password: Secret | None = None
    password_source: Source | None = None
    written: Written | None = None
    """`None` when nothing was given and only defaults are used."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the text. A target with problems is still as much of a target as its client would get."""
    candidates: tuple[Candidate, ...] = ()
    secrets: tuple[Secret, ...] = ()
    """Every further secret met while reading (other candidates' passwords, `sslpassword`, proxies' credentials), for
    redaction only."""
    driver: str | None = None
    """The client that the text itself names for certain (`pgjdbc` for `jdbc:`, `asyncpg` for `postgresql+asyncpg:`)."""
    private: Mapping[str, Secret] = field(default_factory=dict)
    """libpq's other parameters that are secrets (`sslpassword`, `oauth_client_secret` ...), kept out of `settings`."""
    withheld: Mapping[str, Secret] = field(default_factory=dict)
    """Custom settings in `options` (`-c app.token=...`), whose values are masked in `settings`."""
    argument: str = ""
    """How a command names it again: `@.env`, `env:DATABASE_URL`. Empty where it was typed, came by standard input, or
    was found without being named."""
    machine: Machine | None = field(default=None, repr=False, compare=False)
    """The machine it was read on. Its environment may hold secrets."""
    file: SettingsFile | None = field(default=None, repr=False, compare=False)
    """The settings file it was read from; `None` for one that was read from elsewhere, or that pgwhy cannot edit."""
    services: Services | None = field(default=None, repr=False, compare=False)
    """The Postgres service of the Compose file that it is in; `None` if it is in none."""
    again: Callable[[str], Target] | None = field(default=None, repr=False, compare=False)
    """Reads a repaired text as this one was read, from the same source and with the same surroundings."""

    def value(self, name: str) -> str | None:
        """The effective value of a libpq parameter, `None` if no source set it."""
        setting = self.settings.get(name)
        return setting.value if setting else None

    @cached_property
    def hosts(self) -> tuple[Host, ...]:
        """The hosts in the order in which libpq tries them, with ports and `hostaddr` paired as libpq pairs them.

        An empty tuple where the lists cannot be paired, or a port is no number (then there is a problem too).
        """
        names = (self.value("host") or "").split(",")
        addresses = (self.value("hostaddr") or "").split(",")
        ports = (self.value("port") or "").split(",")
        if self.value("hostaddr") and not self.value("host"):
            names = [""] * len(addresses)
        if not self.value("hostaddr"):
            addresses = [""] * len(names)
        if len(ports) == 1:
            ports = ports * len(names)
        numbers = [port_number(port) for port in ports]
        if not len(names) == len(addresses) == len(ports) or None in numbers:
            return ()
        return tuple(Host(n, p or 0, a) for n, p, a in zip(names, numbers, addresses, strict=True))

    def with_settings(self, **changes: Setting | None) -> Target:
        """The same target with some settings replaced, or removed where the new value is `None`."""
        settings = {**self.settings, **{k: v for k, v in changes.items() if v is not None}}
        return replace(self, settings={k: v for k, v in settings.items() if changes.get(k, v) is not None})


def is_absolute_path(text: str, platform: str) -> bool:
    """As libpq has it (port.h): on Windows with a drive and either kind of slash, elsewhere a slash in front."""
    if platform != "win32":
        return text.startswith("/")
    return text[:1] in ("/", "\\") or (text[:1].isalpha() and text[1:2] == ":" and text[2:3] in ("/", "\\"))


def port_number(text: str) -> int | None:
    """A port as libpq reads it: 5432 for an empty one, white space around it allowed; `None` if it is no port."""
    digits = text.strip(" \t\n\v\f\r")
    if not digits:
        return None if text else 5432
    if not (digits.isascii() and digits.isdigit()):
        return None
    significant = digits.lstrip("0") or "0"
    if len(significant) > 5:  # Python refuses to make a number of 5,000 digits
        return None
    return int(significant) if 1 <= int(significant) <= 65535 else None


@dataclass(frozen=True)
class Change:
    """What a fix changes in a target, all at once; it comes from a rule's `change`. One field at least is set."""

    set: tuple[tuple[str, str], ...] = ()
    """Parameters to set: `(("sslmode", "require"),)`. Several go together."""
    remove: tuple[str, ...] = ()
    """Parameters to remove, whichever source set them."""
    add_option: str = ""
    """A token for `options`; the other tokens stay."""
    drop_option: str = ""
    """The start of the token of `options` to drop (`endpoint=`)."""
    repair: str = ""
    """A name in `pgwhy.target.editing.repair.REPAIRS`."""
    password: str = ""
    """`percent-encode`, `endpoint-form` (with `;`), `endpoint-form-dollar` (with `$`), `plain-form` (that undone),
    `token-as-issued` or `without-brackets`: transformed by name, never templated."""


class CannotChange(ValueError):
    """A change that has nothing to change in this target; the text is a sentence for the user, without a secret."""
