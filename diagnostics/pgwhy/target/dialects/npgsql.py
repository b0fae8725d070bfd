"""Npgsql's string: `Host=localhost;Username=alex;Password=...;SSL Mode=Require`.

Pairs as .NET's DbConnectionStringBuilder reads them (names in any case, values in single or double quotes with a
doubled quote inside, `==` for = in a name); the names are Npgsql's, with or without their spaces
(https://www.npgsql.org/doc/connection-string-parameters.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pgwhy.target.dialects import Dialect, Parsed, Span, secret_parts
from pgwhy.target.dialects.secret_parts import Piece
from pgwhy.target.model import port_number
from pgwhy.target.parameters import LIBPQ, plain, refuses
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.values import dataclass

NAMES = {
    "Host": "host",
    "Server": "host",
    "Port": "port",
    "Database": "dbname",
    "DB": "dbname",
    "Username": "user",
    "User Name": "user",
    "User Id": "user",
    "UID": "user",
    "Password": "password",
    "PSW": "password",
    "PWD": "password",
    "Passfile": "passfile",
    "Application Name": "application_name",
    "Client Encoding": "client_encoding",
    "SSL Mode": "sslmode",
    "SSL Negotiation": "sslnegotiation",
    "SSL Certificate": "sslcert",
    "SSL Key": "sslkey",
    "SSL Password": "sslpassword",
    "Root Certificate": "sslrootcert",
    "Channel Binding": "channel_binding",
    "Require Auth": "require_auth",
    "GSS Encryption Mode": "gssencmode",
    "Kerberos Service Name": "krbsrvname",
    "Krbsrvname": "krbsrvname",
    "Timeout": "connect_timeout",
    "Target Session Attributes": "target_session_attrs",
    "Load Balance Hosts": "load_balance_hosts",
    "Options": "options",
}
"""Npgsql's names of what libpq has too; the first of several is the one to write."""

_BY_PLAIN = {plain(own): name for own, name in NAMES.items()}
_LISTS = {
    "sslmode": {"verifyca": "verify-ca", "verifyfull": "verify-full"},
    "load_balance_hosts": {"true": "random", "false": "disable"},
    "target_session_attrs": {"preferprimary": "any", "preferstandby": "prefer-standby"},
}
# Values that Npgsql reads in any case, as enumerations and booleans; the others keep theirs.
_ENUMERATIONS = frozenset(_LISTS) | {"channel_binding", "sslnegotiation", "gssencmode"}
_OWN_VALUES = {
    "verify-ca": "VerifyCA",
    "verify-full": "VerifyFull",
}


@dataclass(frozen=True, repr=False)
class Pair:
    """One `Name=value` and where it is; `value_start` and `value_end` are inside of the quotes."""

    name: str
    value: str
    start: int
    value_start: int
    value_end: int
    end: int


def looks_like(text: str) -> bool:
    """The text can only be meant for Npgsql: its names, or pairs separated by `;`, all of them its own."""
    pairs = list(_pairs(text))
    # In quotes it may be the password, which is anything.
    bare = [pair for pair in pairs if text[pair.value_start - 1 : pair.value_start] not in ("'", '"')]
    if any(re.search(_OF_LIBPQ, pair.value) for pair in bare):
        return False
    names = [pair.name for pair in pairs]
    known = [plain(name) in _BY_PLAIN for name in names]
    if len(names) > 1 and any(known) and sum(known) * 2 >= len(names):
        return True
    return len(names) == 1 and known == [True] and (names[0] != plain(names[0]) or text.rstrip().endswith(";"))


def parse(text: str) -> Parsed:
    values: dict[str, str] = {}
    foreign: dict[str, str] = {}
    spelling: dict[str, str] = {}
    spans: list[Span] = []
    for pair in _pairs(text):
        known = _BY_PLAIN.get(plain(pair.name))
        if known is None and "=" in pair.name:
            # `==` is one = of the name: what was meant for a value is in it.
            spans.append(Span(text.index("=", pair.start), pair.end, broken=True))
        if known is None:
            foreign[pair.name] = pair.value
            continue
        values[known] = _value(known, pair.value)
        if pair.name != known:
            spelling[known] = pair.name
    spans += secret_parts.spans(
        text, [Piece(_BY_PLAIN.get(plain(p.name), p.name), p.start, p.value_start, p.value_end) for p in _pairs(text)]
    )
    _split_port(values)
    problems: list[Problem] = []
    if "://" in values.get("host", ""):
        problems.append(Problem(ProblemCode.HOST_IS_URL, "a whole URL is in the host field", "host-from-url"))
        login = re.search(r"://[^\s:/@]*:(?P<password>[^;]*)@", text)
        spans += [Span(*login.span("password"), broken=True)] if login else []
    elif any(port_number(port) is None for port in values.get("port", "").split(",")):
        problems.append(Problem(ProblemCode.PORT_INVALID, "the port is no number from 1 to 65535"))
    end = max((pair.end for pair in _pairs(text)), default=0)
    if text[end:].strip("; \t\r\n"):
        problems.append(Problem(ProblemCode.UNREADABLE, "a word without = behind it, or a quote that does not end"))
        spans += [Span(end, len(text), broken=True)]
    return Parsed(Dialect.NPGSQL, values, foreign, spelling, tuple(spans), tuple(problems), driver="npgsql")


def put(text: str, name: str, value: str) -> str:
    pairs = [pair for pair in _pairs(text) if _BY_PLAIN.get(plain(pair.name)) == name]
    if not pairs:
        return text + ("" if not text.strip() or text.rstrip().endswith(";") else ";") + spell(name, value)
    return text[: pairs[-1].start] + spell(name, value) + text[pairs[-1].end :]


def drop(text: str, name: str) -> str:
    for pair in reversed(list(_pairs(text))):
        if _BY_PLAIN.get(plain(pair.name), pair.name) == name:
            text = text[: pair.start].rstrip("; ") + (";" if pair.start else "") + text[pair.end :].lstrip("; ")
    return text.rstrip(";") if text.endswith(";;") else text


def spell(name: str, value: str) -> str:
    own = next((own for own, libpq in NAMES.items() if libpq == name), name)
    if name == "load_balance_hosts":
        value = {"random": "true", "disable": "false"}.get(value, value)
    elif name in _ENUMERATIONS - {"target_session_attrs"}:
        value = _OWN_VALUES.get(value, value.capitalize())
    return f"{own}={quoted(value)}"


def render(values: Mapping[str, str]) -> str:
    """A string that says these values in Npgsql's names; of several hosts each with its port."""
    told = dict(values)
    hosts, ports = told.get("host", "").split(","), told.get("port", "").split(",")
    if len(hosts) > 1 and len(ports) == len(hosts):
        told["host"] = ",".join(f"{host}:{port}" for host, port in zip(hosts, ports, strict=True))
        del told["port"]
    return ";".join(spell(name, value) for name, value in told.items())


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """What Npgsql has no keyword for. It needs a host, and of several, an IPv6 address has no place for its port."""
    known = set(NAMES.values())
    yield from (name for name in values if name not in known or (name in _ENUMERATIONS and refuses(name, values[name])))
    hosts, ports = values.get("host", "").split(","), values.get("port", "5432").split(",")
    if not all(_HOST.fullmatch(host) for host in hosts) or (len(hosts) > 1 and any(":" in host for host in hosts)):
        yield "host"
    if len(ports) > 1 and (len(ports) != len(hosts) or not all(ports)):
        yield "port"


_HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*|/[^,:]*|@[^,:]+")


def password(plain: str) -> str:
    """Inside of double quotes: the caller writes the quotes around the whole value."""
    return plain.replace('"', '""')


def quoted(value: str) -> str:
    """A value as it is where that is allowed, else in double quotes."""
    return f'"{password(value)}"' if re.search(r"[;'\"]|^[\s=]|\s$|^$", value) else value


def _value(name: str, written: str) -> str:
    if name not in _ENUMERATIONS:
        return written
    return _LISTS.get(name, {}).get(written.lower().replace("-", ""), written.lower())


def _split_port(values: dict[str, str]) -> None:
    """Npgsql takes `host:port` in Host, of one host or of each of several."""
    places = [place.strip() for place in values.get("host", "").split(",")]
    pairs = [re.fullmatch(r"(\[[^\]]+\]|[^:/]+):(\d+)", place) for place in places]
    if not any(pairs):
        return
    common = values.get("port", "")
    values["host"] = ",".join(m[1].strip("[]") if m else place for m, place in zip(pairs, places, strict=True))
    values["port"] = ",".join(m[2] if m else common for m in pairs)


def _pairs(text: str) -> Iterator[Pair]:
    position = 0
    while found := _PAIR.match(text, position):
        kind = next(kind for kind in ("double", "single", "bare") if found[kind] is not None)
        quote = {"double": '"', "single": "'"}.get(kind, "")
        value = found[kind].replace(quote * 2, quote) if quote else found[kind].rstrip()
        start, end = found.span(kind)
        name = found["name"].replace("==", "=").strip()
        yield Pair(name, value, found.start("name"), start, end if quote else start + len(value), found.end("pair"))
        position = found.end()


# Behind a space a name of libpq's: the ; is inside of a value of a keyword string.
_OF_LIBPQ = rf"\s(?:{'|'.join(sorted(LIBPQ))})\s*="
_PAIR = re.compile(
    r"[\s;]*(?P<pair>(?P<name>(?:[^=;]|==)+?)\s*=(?!=)\s*"
    r"(?:\"(?P<double>(?:[^\"]|\"\")*)\"|'(?P<single>(?:[^']|'')*)'|(?P<bare>[^;]*)))\s*(?:;|\Z)"
)
