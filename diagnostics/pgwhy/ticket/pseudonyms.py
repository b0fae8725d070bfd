"""Pseudonyms for hosts, roles, databases and addresses: a name has the same one in every ticket of one key.

A pseudonym is an HMAC of the name under a key that stays with the user, so nobody who has only the ticket can try names
until one fits. The key file also says which name each pseudonym stands for. What a diagnosis needs stays readable: the
provider, region and cloud of a host name, whether an address is private, IPv4 or IPv6, and names that everybody has
(`postgres`, `neondb`, `localhost`), which hide nothing.

Names are found in the facts that hold one, and in every text by where they stand: a host by its form, a role or a
database behind that word, the owner of a home folder, the values of `application_name` and `search_path`. A name that
is also a word of our own sentences is replaced only where it is a name.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from pgwhy.facts import Observations, to_plain
from pgwhy.finding import Report
from pgwhy.redaction import own_words
from pgwhy.redaction.made_up import hosts_in
from pgwhy.redaction.texts import with_texts
from pgwhy.secret import PLACEHOLDER
from pgwhy.target import provider
from pgwhy.values import dataclass, replace

SCHEMA = "pgwhy/pseudonyms/1"
_COMMON = frozenset(
    ("postgres", "neondb", "neondb_owner", "localhost", "root", "admin", "user", "test", "public", "database", "db")
)
"""Names that say nothing of whose they are."""


class BadKeyFile(ValueError):
    """The key file cannot be read as one; the message is a sentence."""


@dataclass
class Key:
    """The secret behind the pseudonyms, and what they have stood for so far."""

    secret: bytes
    names: dict[str, str] = field(default_factory=dict)
    """Pseudonym → name."""

    @classmethod
    def new(cls) -> Key:
        return cls(os.urandom(32))

    @classmethod
    def read(cls, text: str) -> Key:
        """The key in the text of its file. Raises `BadKeyFile`."""
        try:
            told = json.loads(text)
            if told["schema"] != SCHEMA:
                raise BadKeyFile(f"the key file has the schema {told['schema']!r}, and this pgwhy reads {SCHEMA!r}")
            return cls(base64.b64decode(told["key"], validate=True), dict(told["names"]))
        except (KeyError, TypeError, json.JSONDecodeError, binascii.Error) as problem:
            raise BadKeyFile(f"this is not a key file of pgwhy ({type(problem).__name__})") from None

    def text(self) -> str:
        """What is kept in the file."""
        told = {"schema": SCHEMA, "key": base64.b64encode(self.secret).decode("ascii"), "names": self.names}
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"

    def digits(self, kind: str, name: str, count: int) -> str:
        """Hexadecimal digits for a name of a kind."""
        return hmac.new(self.secret, f"{kind}\0{name}".encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[
            :count
        ]


def pseudonymous(report: Report, key: Key) -> Report:
    """The report with pseudonyms in every text. Certificates lose their bytes, which hold names that no text shows."""
    replacements = dict(_replacements(report, key))
    pattern = _pattern(replacements)

    def change(text: str) -> str:
        if text.casefold() in replacements:
            return replacements[text.casefold()]
        if pattern:
            text = pattern.sub(lambda found: replacements[found[0].casefold()], text)
        return _ADDRESS.sub(lambda found: _address(found[0], key), text)

    return with_texts(_without_certificates(report), change)


def with_names(text: str, key: Key) -> str:
    """A text from somebody who saw only the pseudonyms, with the names that they stand for."""
    names = {pseudonym.casefold(): name for pseudonym, name in key.names.items()}
    if not names:
        return text
    longest_first = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![\w.-])(?:{longest_first})(?![\w-]|\.\d)", re.IGNORECASE)
    return pattern.sub(lambda found: names[found[0].casefold()], text)


def _replacements(report: Report, key: Key) -> Iterator[tuple[str, str]]:
    """Every name in the report, in small letters, with what it becomes."""
    seen = report.observations
    for host in _hosts(seen):
        yield host.casefold(), _kept(key, _host(host.casefold(), key), host)
    for kind, paths in _NAMES.items():
        for path in paths:
            name = seen.get(path)
            if isinstance(name, str):
                yield from _named(kind, name, key)
    told = {name: entry for name, entry in report.target.items() if isinstance(entry, dict)}
    for name, kind in _SETTINGS.items():
        for entry in (told.get(name, {}), *(told.get(name, {}).get("overrode") or ())):
            yield from _named(kind, str(entry.get("value", "")), key)
    for text in _texts(report):
        for host in hosts_in(text):
            if _is_private_name(host) and not own_words.contain(host):
                yield host.casefold(), _kept(key, _host(host.casefold(), key), host)
        for found in _IN_TEXTS.finditer(text):
            kind = str(found.lastgroup)
            for name in found[kind].split(",") if kind == "schema" else (found[kind],):
                yield from _named(kind, name.strip("\"' "), key)


def _named(kind: str, name: str, key: Key) -> Iterator[tuple[str, str]]:
    if len(name) > 1 and name.casefold() not in _COMMON and not _is_address(name) and name != PLACEHOLDER:
        kind = {"login": "role", "db": "database"}.get(kind, kind)
        yield name.casefold(), _kept(key, f"{kind}-{key.digits(kind, name.casefold(), 6)}", name)


def _texts(report: Report) -> list[str]:
    """Every text of a report but the addresses of documentation."""
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    with_texts(replace(report, findings=tuple(replace(each, references=()) for each in report.findings)), keep)
    return found


def _hosts(seen: Observations) -> Iterator[str]:
    """Every host name that a record tells, and endpoints by themselves."""
    plain = [seen.get(path) for path in ("target.host", "error.host", "dns.alias_of", "target.endpoint")]
    plain += [seen.get("target.option_endpoint"), seen.get("target.password_endpoint"), seen.get("dns.alias_endpoint")]
    for host in to_plain(seen.get("dns.hosts")) or ():
        plain.append(host.get("host"))
    for answer in to_plain(seen.get("dns.answers")) or ():
        plain += answer.get("canonical", ())
    for attempt in to_plain(seen.get("tcp.attempts")) or ():
        plain.append(attempt.get("host"))
    for certificate in to_plain(seen.get("tls.chain")) or ():
        plain += [name.removeprefix("*.") for name in certificate.get("names", ())]
    for name in dict.fromkeys(plain):
        if isinstance(name, str) and _is_private_name(name):
            yield name


def _is_private_name(name: str) -> bool:
    name = name.rstrip(".")
    if not name or name.startswith(("/", "@")) or name.casefold() in _COMMON or _is_address(name):
        return False
    known = provider.recognise(name)
    return not (known.provider is provider.Provider.NEON and known.endpoint is None)  # a region's own host


def _host(host: str, key: Key) -> str:
    """A pseudonym with the shape of the name: `ep-pseudonym-1a2b3c-pooler.us-east-2.aws.neon.tech`."""
    first, dot, rest = host.rstrip(".").partition(".")
    if host.startswith("ep-") or provider.recognise(host).provider is provider.Provider.NEON:
        endpoint, pooler = first.removesuffix("-pooler"), "-pooler" if first.endswith("-pooler") else ""
        return f"ep-pseudonym-{key.digits('endpoint', endpoint, 8)}{pooler}{dot}{rest}"
    digits = key.digits("host", host.rstrip("."), 8)
    if not dot:
        return f"host-{digits}"
    known = provider.recognise(host).provider is not provider.Provider.NONE
    # Of a provider's names the last three parts are the provider's own (rds.amazonaws.com, supabase.co).
    return f"host-{digits}.{'.'.join(host.rstrip('.').split('.')[-3:]) if known else 'example'}"


def _address(text: str, key: Key) -> str:
    """An address of the same family and kind, from the ranges that are for documentation or private use."""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return text
    number = int(key.digits("address", address.compressed, 16), 16)
    return _kept(key, str(_of_the_same_kind(address, number)), address.compressed)


def _of_the_same_kind(address: IPv4Address | IPv6Address, number: int) -> IPv4Address | IPv6Address:
    if address.version == 6:
        prefix = "fd00::" if address.is_private else "2001:db8::"  # RFC 4193, RFC 3849
        return IPv6Address(int(IPv6Address(prefix)) + (number & (1 << 64) - 1))
    if address.is_private or address.is_link_local:
        return IPv4Address(int(IPv4Address("10.0.0.0")) + number % (1 << 24))
    return IPv4Address(int(IPv4Address("198.18.0.0")) + number % (1 << 17))  # RFC 2544: no host has one


def _kept(key: Key, pseudonym: str, name: str) -> str:
    key.names[pseudonym] = name
    return pseudonym


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _pattern(replacements: Mapping[str, str]) -> re.Pattern[str] | None:
    longest_first: Iterable[str] = sorted(replacements, key=len, reverse=True)
    ours = [name for name in longest_first if name.isalpha() and own_words.have_word(name)]
    words = "|".join(re.escape(name) for name in longest_first if name not in ours)
    # Behind `%3D` and its like, too: an edit holds names percent-encoded.
    start = r"(?:(?<![\w-])|(?<=%[0-9A-Fa-f]{2}))"
    parts = [rf"{start}(?:{words})(?![\w-])"] if words else []
    if ours:
        parts.append(rf"(?<=[\"'`=/@])(?:{'|'.join(map(re.escape, ours))})(?=[\"'`@?&/:,\s]|$)")
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _without_certificates(report: Report) -> Report:
    tls: Any = report.observations.records.get("tls")
    if tls is None or not tls.chain:
        return report
    bare = tuple(replace(one, der="", fingerprint="") for one in tls.chain)
    return replace(report, observations=report.observations.with_record(replace(tls, chain=bare)))


_NAMES = {
    "role": ("target.user", "session.user"),
    "database": ("target.dbname", "session.database"),
}
_SETTINGS = {
    "user": "role",
    "dbname": "database",
    "application_name": "application",
    "fallback_application_name": "application",
}
"""What the settings of a target name; the values that they overrode as well."""
_IN_TEXTS = re.compile(
    r"""(?:\b(?:role|user|User|owner)[ ](?:is[ ])?["'](?P<role>[^"'\n]{1,63})["']"""
    r"""|\b(?:user|username|User Id|Username)=["']?(?P<login>[^\s"'&;,@]{1,63})"""
    r"""|\b(?:database|Database)[ ]["'](?P<database>[^"'\n]{1,63})["']"""
    r"""|\b(?:dbname|database|Database)=["']?(?P<db>[^\s"'&;,]{1,63})"""
    r"""|\b(?:application_name|ApplicationName|Application Name)(?:=|%3D)["']?(?P<application>[^\s"'&;]{1,63})"""
    r"""|(?:\b|-c)(?:search_path|currentSchema|schema)(?:=|%3D)["']?(?P<schema>[^\s&;]{1,200})"""
    r"""|(?:/home/|/Users/|[A-Za-z]:\\{1,2}Users\\{1,2})(?P<person>[^/\\\s:"']{1,64}))"""
)
"""Names by where they stand in a text; the group is the kind."""
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)|(?=[0-9a-fA-F:]*:[0-9a-fA-F:]*:)[0-9a-fA-F:]{3,39})(?![\w:])"
)
"""IPv4, and what may be IPv6: `_address` has the last word."""
