"""The parts of a connection string, in order, and what each one means; the password is never among them.

Whatever the user wrote, the parts are those of libpq's URI, which says the same; values that came from elsewhere
(`PGSSLMODE`, a service file) stand in it too, with their source.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.target.dialects import percent
from pgwhy.target.model import Setting, Target
from pgwhy.target.provider import HostName, Provider, recognise
from pgwhy.values import dataclass

HIDDEN = "********"
"""What stands for the password, whatever its length."""


@dataclass(frozen=True)
class Part:
    """A piece of the string. Without a name it is only punctuation."""

    text: str
    name: str = ""
    meaning: str = ""
    """One line."""
    source: str = ""
    """Where it came from, if not from the string itself."""


def parts(target: Target) -> tuple[Part, ...]:
    """The string taken apart."""
    return (Part("postgresql://", "scheme", "libpq's URI; postgres:// means the same"), *_rest(target))


def _rest(target: Target) -> Iterator[Part]:
    user = target.settings.get("user")
    if user:
        yield Part(percent.encode(user.value), "role", "who logs in", _source(target, user))
    if target.password is not None:
        told = str(target.password_source)
        source = "" if target.written and target.password_source == target.written.source else told
        yield Part(":")
        yield Part(HIDDEN, "password", "hidden; in a URL all but A-Z a-z 0-9 -._~ becomes %XX", source)
    if user or target.password is not None:
        yield Part("@")
    yield from _places(target)
    database = target.settings.get("dbname")
    if database:
        yield Part("/")
        meaning = "the database; it has to exist already"
        yield Part(percent.encode(database.value), "database", meaning, _source(target, database))
    yield from _parameters(target)


def _places(target: Target) -> Iterator[Part]:
    setting = target.settings.get("host")
    source = _source(target, setting) if setting else ""
    hosts, ports = (target.value("host") or "").split(","), (target.value("port") or "").split(",")
    ports = ports if len(ports) == len(hosts) else ports[:1] * len(hosts)
    for number, (host, port) in enumerate(zip(hosts, ports, strict=True)):
        if number:
            yield Part(",")
        yield from _host(host, source)
        if port:
            meaning = "5432 is what is used without it" if port == "5432" else "the TCP port"
            yield Part(":")
            yield Part(port, "port", meaning)


def _host(host: str, source: str) -> Iterator[Part]:
    named = recognise(host)
    if named.provider is Provider.NEON and named.endpoint:
        yield from _neon(host, named, source)
    elif host.startswith(("/", "@")):
        yield Part(percent.encode(host), "host", "a socket of this machine: no network, no TLS", source)
    elif host:
        shown = f"[{host}]" if ":" in host else host
        owner = "" if named.provider is Provider.NONE else f" ({named.provider})"
        literal = ":" in host or host.replace(".", "").isdigit()
        meaning = "an address: TLS gets no name (SNI)" if literal else f"the server{owner}; TLS gets this name (SNI)"
        yield Part(shown, "host", meaning, source)


def _neon(host: str, named: HostName, source: str) -> Iterator[Part]:
    label = host.split(".", 1)[0]
    endpoint = label[: -len("-pooler")] if named.pooled else label
    yield Part(endpoint, "endpoint", "the compute, which Neon finds by this name in TLS (SNI)", source)
    if named.pooled:
        yield Part("-pooler", "pooler", "through PgBouncer, in transaction mode")
    rest = host[len(label) :]
    for text, name, meaning in (
        (named.cell, "cell", "the part of the region in which the endpoint runs"),
        (named.region, "region", "where the compute runs; best near your program"),
        (named.cloud, "cloud", "the cloud that the region belongs to"),
    ):
        if text and rest.lower().startswith("." + text):
            yield Part(".")
            yield Part(rest[1 : len(text) + 1], name, meaning)
            rest = rest[len(text) + 1 :]
    yield Part(".")
    yield Part(rest.lstrip("."), "domain", "of Neon's proxy, which routes to the endpoint")


def _parameters(target: Target) -> Iterator[Part]:
    inside = ("user", "host", "port", "dbname")
    known = {name: setting for name, setting in target.settings.items() if name not in inside}
    mark = "?"
    for name, setting in {**known, **target.foreign}.items():
        yield Part(mark)
        meaning = meaning_of(name, setting.value) if name in known else "unknown to libpq; other clients may read it"
        text = f"{percent.encode(name)}={percent.encode(setting.value, keep='/:,')}"
        yield Part(text, name, meaning, _source(target, setting))
        mark = "&"


def meaning_of(name: str, value: str) -> str:
    """What a parameter of libpq's does with this value, in a line."""
    if (name, value) in _VALUES:
        return _VALUES[name, value]
    if name == "options" and value.startswith(("endpoint=", "project=")):
        return "names the endpoint for clients that send no SNI"
    return _MEANINGS.get(name, "a parameter of libpq's")


def _source(target: Target, setting: Setting) -> str:
    return "" if target.written and setting.source == target.written.source else str(setting.source)


_VALUES = {
    ("sslmode", "disable"): "no TLS, so everything can be read on the way; Neon rejects it",
    ("sslmode", "allow"): "TLS only if the server insists",
    ("sslmode", "prefer"): "TLS if the server offers it, else none: no protection",
    ("sslmode", "require"): "TLS; most drivers do not check the certificate",
    ("sslmode", "verify-ca"): "TLS; the certificate must be trusted, for any host",
    ("sslmode", "verify-full"): "TLS; the certificate must be trusted and name this host",
    ("channel_binding", "require"): "ties the login to this TLS connection",
    ("channel_binding", "prefer"): "ties the login to the TLS connection, if both can",
    ("channel_binding", "disable"): "does not tie the login to the TLS connection",
    ("sslrootcert", "system"): "the authorities that this system trusts (libpq 16 and later)",
    ("sslnegotiation", "direct"): "TLS at once, one round trip less (libpq 17 and later)",
    ("sslsni", "0"): "the host name is not sent in TLS: Neon cannot find the endpoint",
}
_MEANINGS = {
    "sslmode": "how much TLS; libpq knows no such value",
    "channel_binding": "whether the login is tied to the TLS connection",
    "sslrootcert": "the file of the certificate authorities that the client trusts",
    "sslcert": "the file of the client's own certificate",
    "sslkey": "the file of the key of that certificate",
    "connect_timeout": "seconds for each address of the host",
    "application_name": "the name of this program in pg_stat_activity",
    "options": "settings of the session, as -c name=value; the pooler accepts few",
    "target_session_attrs": "which of several servers is acceptable",
    "hostaddr": "the address to connect to, without DNS; TLS keeps the host name",
    "client_encoding": "the encoding of texts",
    "passfile": "the file in which libpq looks for the password",
    "service": "the section of the service file that sets what the string does not",
    "keepalives": "whether a silent connection is kept alive",
    "keepalives_idle": "seconds of silence until the first keep-alive",
    "gssencmode": "whether Kerberos encrypts instead of TLS",
    "require_auth": "which authentication methods the client accepts",
    "load_balance_hosts": "whether the addresses are tried in a random order",
}
