"""The server that a text says it tried: host, address and port, in the words of each driver.

The sentence that names a host differs from driver to driver and is stable in each; the first one of the list that
is in the text counts, as wrappers repeat what the driver said.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from pgwhy.error_text.words import HostKind
from pgwhy.shipped.regex import lazy
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Tried:
    """Fields are empty where the text does not say."""

    host: str = ""
    """As the client was given it: a name, an address or a path."""
    address: str = ""
    """The IP address that the name led to."""
    port: str = ""

    @property
    def kind(self) -> HostKind:
        """What sort of host it is; that of the address where no name is told."""
        return _kind(self.host or self.address)


@lru_cache(maxsize=8)
def tried(text: str) -> Tried:
    """What the text says of the server."""
    folded = text.casefold()
    for words, pattern in _SENTENCES:
        if words in folded and (found := re.search(pattern, text, re.IGNORECASE)):
            parts = {name: value for name, value in found.groupdict().items() if value}
            if "place" in parts:
                host, parts["port"] = _split(parts.pop("place"))
                parts.setdefault("address" if _address(host) else "host", host)
            host = parts.get("host", "").strip("[]\\")
            if _address(host):
                parts.setdefault("address", host)
            return Tried(host, parts.get("address", "").strip("[]"), parts.get("port", ""))
    return Tried()


def _split(place: str) -> tuple[str, str]:
    """`host:port` → both; Node writes IPv6 addresses without brackets before the port, Go with them."""
    host, colon, port = place.rstrip(":").rpartition(":")
    if not colon or not port.isdigit() or host.endswith(":"):
        return place.rstrip(":").strip("[]"), ""
    return host.strip("[]"), port


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _kind(host: str) -> HostKind:
    name = host.strip().lower().rstrip(".")
    if not name:
        return HostKind.NONE
    if name.startswith(("/", "@")) or ".s.pgsql." in name:
        return HostKind.SOCKET
    if address := _address(name):
        if address.is_loopback or address.is_unspecified:
            return HostKind.LOCAL
        if any(address in network for network in _PRIVATE):
            return HostKind.PRIVATE
        return HostKind.IPV4 if address.version == 4 else HostKind.IPV6
    if re.fullmatch(r"[0-9a-f]{1,4}(?::[0-9a-fx*]{0,8}){1,7}", name):  # shortened or blotted out before it was posted
        return HostKind.IPV6
    if name == "localhost" or name.startswith("localhost."):
        return HostKind.LOCAL
    return HostKind.SHORT if _ONE_LABEL.fullmatch(host) or name.endswith(_DOCKERS_OWN) else HostKind.NAME


_PRIVATE = tuple(
    ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
_ONE_LABEL = lazy(r"[a-z0-9_-]{1,63}")
_DOCKERS_OWN = (".docker.internal", ".containers.internal", ".docker.localhost")

_NAME = r"(?P<host>[\w.-]{1,255})"
_PLACE = r"(?P<place>\[?[\w.:%-]{1,255})"
_HOST_PORT = r"(?P<host>[\w.-]{1,255}|\[[0-9a-f:.%]{2,60}\]):(?P<port>\d{1,5})"
_Q = r"(?:\\{0,3}[\"'])"
"""A quotation mark, as it is or escaped in a string."""

_SENTENCES: tuple[tuple[str, str], ...] = (
    # libpq 14 and later, and what it said before
    (
        "connection to server ",
        r"connection to server (?:at|on socket) \\{0,3}\"(?P<host>[^\"\\]{1,300})\\{0,3}\""
        r"(?: \((?P<address>[^)\s]{1,60})\))?(?:, port (?P<port>\d{1,5}))?",
    ),
    ("could not translate host name ", rf"could not translate host name {_Q}(?P<host>[^\"'\\]{{1,300}})"),
    (
        "running on",
        r"running on\s+host\s+\\{0,3}\"(?P<host>[^\"\\]{1,300})\\{0,3}\"(?:\s+\((?P<address>[^)\s]{1,60})\))?"
        r"\s+and\s+accepting\s+TCP/IP\s+connections\s+on\s+port\s+(?P<port>\d{1,5})",
    ),
    ("unix domain socket", r"connections\s+on\s+Unix\s+domain\s+socket\s+\\{0,3}\"(?P<host>[^\"\\]{1,300})"),
    ("failed to resolve host ", rf"failed to resolve host {_Q}(?P<host>[^\"'\\]{{1,255}})"),  # psycopg 3
    # Node, postgres.js, Deno's and Bun's compatible layers
    ("getaddrinfo e", r"getaddrinfo (?:E[A-Z_]{3,20}) (?P<host>[^\s,;:\"'\\)]{1,255})"),
    ("connect e", rf"\bconnect E[A-Z]{{3,20}} {_PLACE}"),
    ("connect e", r"\bconnect E[A-Z]{3,20} (?P<host>/[^\s\"'\\,]{1,200})"),
    ("connect_timeout ", rf"CONNECT_TIMEOUT {_HOST_PORT}"),
    ("hostname", rf"[\"']?\bhostname[\"']?: {_Q}(?P<host>[^\"'\\]{{1,255}})"),
    # Prisma: host and port in two pairs of backticks, since version 6 in one
    ("database server at", r"database server at\s+\\?`(?P<host>[^`:\\]{1,255})\\?`:\\?`(?P<port>\d{1,5})"),
    ("database server at", r"database server at\s+\\?`(?P<place>[^`\\]{1,260})"),
    # Go
    ("): ", r"(?P<address>[\d.]{7,15}|\[[0-9a-f:]{2,45}\]):(?P<port>\d{1,5}) \((?P<host>[^)\s]{1,255})\): "),
    ("lookup ", r"\blookup (?!failed)(?P<host>[\w.-]{1,255})(?: on |: )"),
    ("failed to connect to ", r"failed to connect to [`\"'\\]{0,3}host=(?P<host>[^\s`]{1,255}) "),
    ("dial tcp", rf"dial tcp4?6? {_PLACE}"),
    ("dial unix ", r"dial unix (?P<host>[^\s:]{1,200}(?::[^\s:]{1,200}){0,3})"),
    # Java: pgJDBC, Netty (R2DBC, Vert.x)
    ("connection to ", rf"Connection to {_HOST_PORT} refused"),
    ("unknownhostexception: ", r"UnknownHostException: (?:Failed to resolve ')?(?P<host>[\w.-]{1,255})"),
    (
        ": ",
        r"(?:refused|timed out after \d{1,9} ms|unreachable): "
        r"(?P<host>[\w.-]{1,255})/(?P<address>[0-9a-f.:]{2,45}):(?P<port>\d{1,5})",
    ),
    ("cannot connect to ", r"Cannot connect to (?P<host>[\w.-]{1,255})(?:/<unresolved>)?:(?P<port>\d{1,5})"),
    ("jdbc:postgresql://", r"jdbc:postgresql://(?P<host>[\w.-]{1,255})(?::(?P<port>\d{1,5}))?/"),
    # .NET, Elixir, Python, Swift, Dart, Crystal, Common Lisp, Pgpool
    ("failed to connect to ", rf"Failed to connect to {_HOST_PORT}"),
    ("failed to connect to ", r"Failed to connect to (?P<host>/[^\s]{1,200})"),
    (
        "socketexception (",
        r"SocketException \(\d{1,10}(?:, \d{1,10})?\): [\w ]{3,60} "
        r"(?P<place>[\d.]{7,15}:\d{1,5}|\[[0-9a-f:]{2,45}\]:\d{1,5})",
    ),
    ("tcp connect (", rf"tcp connect \({_HOST_PORT}\)"),
    ("tcp connect (", r"tcp connect \((?P<host>/[^)\s]{1,200})\)"),
    ("connect call failed ('", r"Connect call failed \('(?P<host>[^']{1,255})', (?P<port>\d{1,5})"),
    ("connect call failed '", r"Connect call failed '(?P<host>/[^']{1,255})'"),
    ("connection to host ", r"connection to host (?P<host>[^\s]{1,255}) and port (?P<port>\d{1,5})"),
    (
        "nioconnectionerror(host: ",
        r"NIOConnectionError\(host: \\?\"(?P<host>[^\"\\]{1,255})\\?\", port: (?P<port>\d{1,5})",
    ),
    ("failed host lookup: '", r"Failed host lookup: '(?P<host>[^']{1,255})'"),
    ("port", r"(?:address =|, host:) (?P<host>[\w.:-]{1,255}), port(?: =|:) (?P<port>\d{1,5})"),
    ("error connecting to '", r"Error connecting to '(?P<host>[^':]{1,255}):(?P<port>\d{1,5})'"),
    ("hostname lookup for ", r"Hostname lookup for (?P<host>[\w.-]{1,255}) failed"),
    ("connect to ", r"connect to \\?\"?pgsql\\?\"? at \\?\"(?P<host>[^\"\\]{1,255})\\?\" \(port (?P<port>\d{1,5})\)"),
    ('postgresql server on "', r"PostgreSQL server on \"(?P<host>[\w.-]{1,255}):(?P<port>\d{1,5})\""),
    (
        "there is an issue connecting with your hostname: ",
        rf"There is an issue connecting with your hostname: {_NAME}",
    ),  # Rails
    (" - no response", r"(?P<host>[\w.-]{1,255}|/[^\s:]{1,200}):(?P<port>\d{1,5}) - no response"),  # pg_isready
    (
        "failed to connect to database",  # MikroORM
        r"failed to connect to database [^\n]{1,200}?://(?:[^\s@/]{0,200}@)?(?P<host>[\w.-]{1,255})(?::(?P<port>\d{1,5}))?",
    ),
    ("bad address '", r"bad address '(?P<host>[\w.-]{1,255})'"),
    ("can't find ", r"can't find (?P<host>[\w.-]{1,255}): (?:NXDOMAIN|REFUSED|SERVFAIL)"),
    (
        "address",
        r"[\"']?\baddress[\"']?: [\"'](?P<host>[0-9a-f.:]{2,45})[\"'],\s{0,20}[\"']?port[\"']?: (?P<port>\d{1,5})",
    ),
    # The string itself, where a program prints it
    ("://", r"\bpostgres(?:ql)?://(?:[^\s@/]{1,200}@)?(?P<host>[\w.-]{1,255})(?::(?P<port>\d{1,5}))?(?=[/?\s\"'`])"),
)
"""Words that stand in the sentence, in small letters, and its pattern: compiled when the words are there."""
