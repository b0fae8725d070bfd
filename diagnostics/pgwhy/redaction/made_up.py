"""Made-up names in place of real ones, the same one each time: hosts, endpoints, roles, databases, addresses, homes.

What a diagnosis rests on stays: the provider's part of a host name, its region, whether an address is private, and
which family it is of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from pgwhy.facts import Observations
from pgwhy.shipped.regex import lazy
from pgwhy.target.provider import Provider, recognise


def hosts_in(text: str) -> Iterator[str]:
    """What looks like a host name in any text: labels with dots, of which the last is one of hosts."""
    for found in _HOST.finditer(text):
        if _TOP_LEVEL.fullmatch(found[0].rpartition(".")[2]):
            yield found[0]


class Pseudonyms:
    """The made-up names of one report. `said` changes a text; names that it has not met get the next free one."""

    def __init__(self, observations: Observations) -> None:
        self._given: dict[str, str] = {}
        for path, name in (("target.user", "alex"), ("target.dbname", "shop")):
            word = str(observations.get(path) or "")
            if len(word) > 2 and word not in _ORDINARY:
                # Supabase's tenant and Azure's server stand in the role: postgres.abcdef, alex@server.
                mark = next((mark for mark in ".@" if mark in word and path == "target.user"), "")
                head = word.partition(mark)[0] if mark else ""
                self._given[word.lower()] = f"{head if head in _ORDINARY else name}{mark}tenant" if mark else name
        own = "|".join(map(re.escape, sorted(self._given, key=len, reverse=True)))
        # In one pass, so that no made-up name is treated as a real one.
        self._pattern = lazy(_NAMES + (rf"|(?P<word>(?<![\w.-])(?i:{own})(?![\w-]|\.\w))" if own else ""))
        for path in ("target.host", "target.direct_host", "error.host"):
            self.said(str(observations.get(path) or ""))

    def said(self, text: str) -> str:
        """The text with made-up names."""
        return self._pattern.sub(self._made_up, text)

    def _made_up(self, found: re.Match[str]) -> str:
        real = found[0]
        match found.lastgroup:
            case "email":
                return self._next(real, "someone{}@example.com", "email")
            case "uuid":
                return self._next(real, "00000000-0000-4000-8000-{:012}", "uuid")
            case "host":
                return self._host(real)
            case "endpoint":
                return self._endpoint(real)
            case "address":
                return self._address(real)
            case "home":
                return "someone"
        return self._given[real.lower()]

    def _host(self, host: str) -> str:
        known = recognise(host)
        labels = host.split(".")
        if host.lower() in _PUBLIC_HOSTS or host.lower().endswith(_EXAMPLES) or len(labels) < 2:
            return host if len(labels) > 1 or host.lower() in _PUBLIC_HOSTS else self._next(host, "db{}", "short")
        if known.provider is Provider.NEON:
            return ".".join([self._endpoint(labels[0]), *labels[1:]])
        if known.provider is Provider.NONE:
            return host if not _TOP_LEVEL.fullmatch(labels[-1]) else self._next(host, "db{}.example.com", "host")
        kept = [
            label if place >= len(labels) - 3 or _REGION.fullmatch(label) else "" for place, label in enumerate(labels)
        ]
        return ".".join(label or self._next(labels[place], "name{}", "label") for place, label in enumerate(kept))

    def _endpoint(self, endpoint: str) -> str:
        base = endpoint.removesuffix("-pooler")
        if not base.startswith("ep-"):
            return endpoint
        made_up = self._next(base, "ep-cool-darkness-{:06}", "ep", first=123456)
        return made_up + endpoint[len(base) :]

    def _address(self, text: str) -> str:
        try:
            address = ip_address(text.partition("%")[0])
        except ValueError:
            return text
        if address.is_loopback or address.is_unspecified or address.is_link_local:
            return text
        form = {4: ("192.0.2.{}", "10.0.0.{}"), 6: ("2001:db8::{:x}", "fd00::{:x}")}[address.version]
        documentation = text.startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"))
        private = address.is_private and not documentation
        return self._next(text, form[private], form[private])

    def _next(self, real: str, form: str, kind: str, first: int = 1) -> str:
        """The made-up name of a real one."""
        if real.lower() not in self._given:
            number = first + sum(key.startswith(f"{kind} ") for key in self._given)
            self._given[f"{kind} {number}"] = real
            self._given[real.lower()] = form.format(number)
        return self._given[real.lower()]


_ORDINARY = frozenset(
    ("postgres", "postgresql", "neondb", "neondb_owner", "root", "admin", "public", "test", "user", "app", "database")
)
_PUBLIC_HOSTS = frozenset(("localhost", "db", "postgres", "database", "postgresql", "host.docker.internal"))
_EXAMPLES = (".example.com", ".example.org", ".example.net", ".example", ".invalid", ".test")
_TOP_LEVEL = lazy(
    r"com|net|org|dev|app|cloud|tech|info|biz|(?!js|ts|py|rs|go|rb|cs)[a-z]{2}|internal|local|lan|corp|home|intranet"
    r"|localdomain|svc|cluster|online|systems",
    re.IGNORECASE,
)
"""Of what ends otherwise nobody knows that it is a host: `OperationalError`, `client.ts`."""
_REGION = lazy(r"(?:aws-\d-)?[a-z]{2,9}(?:-[a-z]{2,12}){1,3}-?\d{1,2}|aws|azure|gcp|pooler|db|rds|postgres|database")
_HOST = lazy(r"(?<![/\w.-])(?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z]{2,24}\b(?![(\w])")
_NAMES = (
    r"(?P<email>(?<![:\w/])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}\b(?![:/]))"
    r"|(?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)"
    rf"|(?P<host>{_HOST.pattern})"
    r"|(?P<endpoint>\bep-[a-z]{2,20}-[a-z]{2,20}-[a-z0-9]{6,10}(?:-pooler)?\b)"
    r"|(?P<address>(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\d|\.\d)"
    r"|(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:]))"
    r"|(?P<home>(?<=/home/|Users[/\\])[^/\\\s:\"']{1,64})"
)
