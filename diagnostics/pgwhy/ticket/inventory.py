"""The machine beneath a run, as support wants to know it: libraries, drivers, resolver, proxies.

Names and versions, read from files and from this Python; no program is started and nothing is sent. Values of variables
are not part of it, but for the host of a proxy.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from pgwhy.finding import Report
from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.values import dataclass

DRIVERS = ("psycopg", "psycopg-binary", "psycopg2", "psycopg2-binary", "asyncpg", "pg8000", "SQLAlchemy", "Django")
PROGRAMS = ("psql", "pgbouncer", "node", "java", "go", "ruby", "php", "dotnet")
_RESOLVER_WORDS = ("nameserver", "search", "domain", "options")


@dataclass(frozen=True)
class Entry:
    """One line of the inventory."""

    name: str
    value: str


def inventory(report: Report, machine: Machine) -> tuple[Entry, ...]:
    """What is known of the machine of this run. Only for a run that was just made here."""
    return tuple(Entry(name, value) for name, value in _entries(report, machine) if value)


def _entries(report: Report, machine: Machine) -> Iterator[tuple[str, str]]:
    get = report.observations.get
    yield "pgwhy", f"{report.version} (rules {report.rules_digest[:12]})"
    yield "platform", f"{machine.platform}, Python {sys.version.split()[0]}"
    yield "libpq of pgwhy", _libpq(get("environment.libpq_version"))
    yield "OpenSSL of pgwhy", _openssl()
    yield "drivers in this Python", ", ".join(_installed())
    yield "programs on PATH", ", ".join(_programs(machine))
    yield "PG* variables that are set", ", ".join(get("environment.pg_variables") or ())
    yield "root.crt", get("environment.root_file") or ""
    yield "trusted roots", get("environment.system_roots") or ""
    yield "resolver", "; ".join(_resolver(machine.resolver_file))
    yield "proxies", "; ".join(_proxies(machine))
    yield "IPv6 route", {True: "yes", False: "no"}.get(get("environment.ipv6_route"), "")
    yield "container", {True: "yes", False: "no"}.get(get("environment.container"), "")
    yield "serverless", get("environment.serverless") or ""
    yield "clock", _clock(get("session.clock_offset_s"))


def _libpq(version: int | None) -> str:
    return f"{version // 10000}.{version % 10000}" if version else ""


def _openssl() -> str:
    from OpenSSL import SSL  # the one that pgwhy's own handshakes use

    return SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode("ascii", "replace")


def _installed() -> Iterator[str]:
    for name in DRIVERS:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue


def _programs(machine: Machine) -> Iterator[str]:
    search = machine.environment.get("PATH", "")
    yield from (name for name in PROGRAMS if shutil.which(name, path=search))


def _resolver(file: Path) -> Iterator[str]:
    try:
        text = files.text(file)
    except OSError:
        return
    for line in text.splitlines()[:100]:
        words = line.split()
        if words and words[0] in _RESOLVER_WORDS:
            yield " ".join(words)


def _proxies(machine: Machine) -> Iterator[str]:
    """Where a proxy is, without the name and password in its URL."""
    for name, value in sorted(machine.environment.items()):
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy") and value:
            yield f"{name}={_place(value)}"
        elif name.lower() == "no_proxy" and value:
            yield f"{name}={value}"


def _place(url: str) -> str:
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        place = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        place = ""
    return place if re.fullmatch(r"[\w.:\[\]-]+", place) else "(not readable)"


def _clock(offset_s: float | None) -> str:
    if offset_s is None:
        return ""
    if abs(offset_s) <= 1:
        return "agrees with the server's"
    return f"the server's is {abs(offset_s):.0f} s {'ahead' if offset_s > 0 else 'behind'}"
