"""pgJDBC's URL: `jdbc:postgresql://host:port,host2:port2/database?user=...&password=...&sslmode=require`.

Read as pgJDBC 42.7 reads it (its `Driver.parseURL`; https://jdbc.postgresql.org/documentation/use/): no role and
password in front of the host, names of its own for most parameters, `localhost` where no host is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote_plus

from pgwhy.target.dialects import Dialect, Parsed, Span, percent, query, secret_parts
from pgwhy.target.dialects.secret_parts import SECRET_NAME, Piece
from pgwhy.target.dialects.uri import doubtful_port, makes_sense
from pgwhy.target.model import port_number
from pgwhy.target.problem import Problem, ProblemCode

PREFIX = "jdbc:postgresql:"

NAMES = {
    "PGHOST": "host",
    "PGPORT": "port",
    "PGDBNAME": "dbname",
    "host": "host",
    "port": "port",
    "dbname": "dbname",
    "user": "user",
    "password": "password",
    "service": "service",
    "sslmode": "sslmode",
    "sslcert": "sslcert",
    "sslkey": "sslkey",
    "sslrootcert": "sslrootcert",
    "sslpassword": "sslpassword",
    "sslNegotiation": "sslnegotiation",
    "channelBinding": "channel_binding",
    "connectTimeout": "connect_timeout",
    "ApplicationName": "application_name",
    "options": "options",
    "requireAuth": "require_auth",
    "gssEncMode": "gssencmode",
    "gsslib": "gsslib",
    "kerberosServerName": "krbsrvname",
    "replication": "replication",
    "targetServerType": "target_session_attrs",
    "loadBalanceHosts": "load_balance_hosts",
    "tcpKeepAlive": "keepalives",
}
"""pgJDBC's names of what libpq has too."""

_VALUES = {
    "target_session_attrs": {
        "any": "any",
        "preferPrimary": "any",
        "master": "primary",
        "secondary": "standby",
        "slave": "standby",
        "preferSecondary": "prefer-standby",
        "preferSlave": "prefer-standby",
    },
    "load_balance_hosts": {"true": "random", "false": "disable"},
    "keepalives": {"true": "1", "false": "0"},
}


def parse(text: str) -> Parsed:
    values: dict[str, str] = {}
    foreign: dict[str, str] = {}
    spelling: dict[str, str] = {}
    spans: list[Span] = []
    problems: list[Problem] = []
    server = text[len(PREFIX) :].partition("?")[0]
    if server.startswith("//"):
        places, slash, database = server[2:].partition("/")
        _places(places, values)
        if slash and database:
            values["dbname"] = _decoded(database)
    elif server:
        values["dbname"] = _decoded(server)
    login = login_in(text)
    if login:
        if login["password"]:
            spans.append(Span(*login.span("password"), broken=True))
        what = "role and password stand in front of the host, where pgJDBC takes none"
        problems.append(Problem(ProblemCode.JDBC_USERINFO, what, "jdbc-fields"))
    else:
        spans += doubtful_port(text, len(PREFIX) + 2)
    named: list[Piece] = []
    for start, end in query.pieces(text):
        name, equals, written = text[start:end].partition("=")
        broken = percent.STRAY.search(written) is not None
        named.append(Piece(name, start, end - len(written) if equals else None, end, broken))
        if not name:
            continue
        value, known = _decoded(written), NAMES.get(name)
        if SECRET_NAME.search(name) and broken:
            what = "a raw % in the password, which has to be written %25"
            problems.append(Problem(ProblemCode.PASSWORD_PERCENT, what, "percent-encode-password"))
        if known:
            values[known] = meaning(known, value)
            if name != known:
                spelling[known] = name
        else:
            foreign[name] = value
    spans += (*secret_parts.spans(text, named), *_behind_hashes(text, named))
    # SslMode.of(): ssl=true, or a bare "ssl", asks for verify-full unless sslmode says something else.
    if foreign.get("ssl") in ("", "true") and "sslmode" not in values:
        del foreign["ssl"]
        values["sslmode"], spelling["sslmode"] = "verify-full", "ssl"
    if "service" not in values:  # whose host counts, where it names one
        values.setdefault("host", "localhost")
    if not login and any(port_number(port) is None for port in values.get("port", "").split(",")):
        problems.append(Problem(ProblemCode.PORT_INVALID, "the port is no number from 1 to 65535"))
    if "?" in text.partition("?")[2]:
        what = "a second ? among the parameters; they are joined with &"
        problems.append(Problem(ProblemCode.DOUBLE_QUESTION_MARK, what, "second-question-mark"))
    return Parsed(Dialect.JDBC, values, foreign, spelling, tuple(spans), tuple(problems), driver="pgjdbc")


def _behind_hashes(text: str, named: list[Piece]) -> Iterator[Span]:
    """What is behind a # in a value: pgJDBC reads it as any other character, and no value but a password has a use for
    it, so it may be the rest of one."""
    for piece in named:
        mark = text.find("#", piece.start, piece.end)
        if 0 <= mark < piece.end - 1:
            yield Span(mark + 1, piece.end, broken=True)


def login_in(text: str) -> re.Match[str] | None:
    """Role and password in front of the host, up to the last @ that a host can follow; `None` if there are none."""
    if makes_sense(text, len(PREFIX) + 2):
        return None
    return _LOGIN.match(text, len(PREFIX))


def percent_encoded(text: str) -> str:
    """The text with its secrets percent-encoded, which were not or only in part."""
    for start, end in reversed(query.pieces(text)):
        name, _, written = text[start:end].partition("=")
        if SECRET_NAME.search(name):
            text = f"{text[:start]}{name}={percent.encode_raw(written)}{text[end:]}"
    return text


def put(text: str, name: str, value: str) -> str:
    return query.put_part(text, name, value) or query.put(text, _names(name), spell(name, value))


def drop(text: str, name: str) -> str:
    return query.drop(text, _names(name))


def spell(name: str, value: str) -> str:
    return query.spell(*own(name, value))


def own(name: str, value: str) -> tuple[str, str]:
    """pgJDBC's name and value for libpq's."""
    back = {libpq: own for own, libpq in reversed(_VALUES.get(name, {}).items())}
    return _own(name), back.get(value, value)


def meaning(name: str, value: str) -> str:
    """libpq's value for pgJDBC's; `name` is libpq's."""
    return _VALUES.get(name, {}).get(value, value)


def password(plain: str) -> str:
    return percent.encode(plain)


def render(values: Mapping[str, str]) -> str:
    """A URL that says these values, role and password among its parameters, where pgJDBC looks for them."""
    hosts = values.get("host", "").split(",")
    ports = values.get("port", "").split(",")
    ports = ports if len(ports) == len(hosts) else ports * len(hosts)
    named = (f"[{host}]" if ":" in host else host for host in hosts)
    places = ",".join(host + (":" + port if port else "") for host, port in zip(named, ports, strict=True))
    rest = "&".join(spell(name, value) for name, value in values.items() if name not in ("host", "port", "dbname"))
    return f"{PREFIX}//{places}/{percent.encode(values.get('dbname', ''))}" + ("?" + rest if rest else "")


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """What pgJDBC has no parameter for, or only other values. Without a host it goes to localhost, not to a socket."""
    known = set(NAMES.values()) - {"service"}
    yield from (name for name in values if name not in known)
    yield from (n for n, v in values.items() if n in _VALUES and v not in _VALUES[n].values())
    yield from places_lacking(values)
    if values.get("dbname") == "":
        yield "dbname"


def places_lacking(values: Mapping[str, str]) -> Iterator[str]:
    """`host` and `port` where they are no names or addresses with a port for each: sockets, gaps in a list."""
    hosts, ports = values.get("host", "").split(","), values.get("port", "5432").split(",")
    if not all(_PLACE.fullmatch(host) for host in hosts):
        yield "host"
    if len(ports) not in (1, len(hosts)) or not all(port.isascii() and port.isdigit() for port in ports):
        yield "port"
    elif len(ports) > 1 and len(set(ports)) == 1:
        yield "port"  # the same one for each host is read as one for all of them


_PLACE = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*")


def _own(name: str) -> str:
    return next((own for own, libpq in reversed(NAMES.items()) if libpq == name), name)


def _names(name: str) -> tuple[str, ...]:
    own = tuple(own for own, libpq in NAMES.items() if libpq == name)
    return (*own, "ssl") if name == "sslmode" else own or (name,)


def _places(written: str, values: dict[str, str]) -> None:
    if not written:
        return
    hosts, ports = [], []
    for place in written.split(","):
        host, colon, port = place.rpartition(":")
        if not colon or "]" in port:
            host, port = place, ""
        hosts.append(host.strip("[]") or "localhost")
        ports.append(port or "5432")
    values["host"] = ",".join(hosts)
    if any(port != "5432" for port in ports) or ":" in re.sub(r"\[[^\]]*\]", "", written):
        values["port"] = ports[0] if len(set(ports)) == 1 else ",".join(ports)


_decoded: Callable[[str], str] = unquote_plus
_LOGIN = re.compile(r"//(?P<user>[^/?:]*)(?::(?P<password>.*))?@(?=[^@/?]*(?:/|\?|\Z))", re.DOTALL)
