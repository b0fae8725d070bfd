"""libpq's connection URI: `postgresql://user:password@host:port,host2:port2/dbname?name=value&...`.

Read as `conninfo_uri_parse_options` of libpq 18 reads it (PostgreSQL, "Connection URIs"), so that what it refuses is
refused here and what it misunderstands is misunderstood in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pgwhy.shipped.regex import lazy
from pgwhy.target.dialects import Dialect, Parsed, Span, percent, query, secret_parts
from pgwhy.target.dialects.secret_parts import Piece
from pgwhy.target.model import port_number
from pgwhy.target.parameters import LIBPQ
from pgwhy.target.problem import Problem, ProblemCode

PREFIXES = ("postgresql://", "postgres://")


def parse(text: str) -> Parsed:
    """What libpq reads in a text that begins with one of `PREFIXES`."""
    start = next(len(prefix) for prefix in PREFIXES if text.startswith(prefix))
    values: dict[str, str] = {}
    refusals: list[str] = []

    def store(name: str, written: str) -> None:
        value = _decoded(written, refusals)
        values[name] = written if value is None else value

    userinfo = _USERINFO.match(text, start)
    position = start
    spans: list[Span] = []
    if userinfo:
        position = userinfo.end()
        if userinfo["user"]:
            store("user", userinfo["user"])
        if userinfo["password"]:
            store("password", userinfo["password"])
            spans.append(Span(*userinfo.span("password"), False))
    hosts, ports, position = _netlocs(text, position, refusals)
    if hosts:
        store("host", hosts)
    if ports:
        store("port", ports)
    if text[position : position + 1] == "/":
        end = text.find("?", position)
        end = len(text) if end < 0 else end
        if text[position + 1 : end]:
            store("dbname", text[position + 1 : end])
        position = end
    foreign, in_query = _parameters(text, position, values, refusals)
    behind_login = userinfo.end() if userinfo else start
    sensible = makes_sense(text, behind_login)
    intended = None if sensible else intended_userinfo(text, start)
    if intended:
        spans = [Span(*intended.span("password"), broken=True)] if intended["password"] else []
        mark = text.find("?", intended.end())
        in_query = _parameters(text, mark, {}, [])[1] if mark >= 0 else ()
    elif sensible:
        spans = spans or doubtful_port(text, behind_login)
        spans = [Span(s.start, s.end, percent.decode(text[s.start : s.end]) is None) for s in spans]
    else:
        # No reading makes sense: whatever may belong to a password is hidden.
        colon, at = text.find(":", start), text.rfind("@")
        spans = [Span(colon + 1, at, broken=True)] if 0 <= colon < at else spans
        spans += doubtful_port(text, at + 1 if at >= start else start)
    spans += query.fragment(text, intended.end() if intended else start)
    problems = tuple(_problems(text, start, values, intended, refusals))
    refused = refusals[0] if refusals else ""
    return Parsed(Dialect.URI, values, foreign, {}, (*spans, *in_query), problems, refused, None)


def put(text: str, name: str, value: str) -> str:
    return query.put_part(text, name, value) or query.put(text, _names(name), spell(name, value))


def drop(text: str, name: str) -> str:
    return query.drop(text, _names(name))


def spell(name: str, value: str) -> str:
    return query.spell(name, value)


def password(plain: str) -> str:
    return percent.encode(plain)


def render(values: Mapping[str, str]) -> str:
    """A URI that says exactly these values of libpq's, secrets included if they are among them."""
    user, secret = percent.encode(values.get("user", "")), values.get("password")
    login = user + (":" + percent.encode(secret) if secret else "")
    hosts, ports = values.get("host", "").split(","), values.get("port", "").split(",")
    named = hosts != [""] and len(ports) == len(hosts) and not any(host.startswith("@") for host in hosts)
    places = ",".join(_place(h, p) for h, p in zip(hosts, ports, strict=True)) if named else ""
    path = "/" + percent.encode(values["dbname"]) if values.get("dbname") else ""
    inside = {"user", "password", "dbname"} | ({"host", "port"} if named else set())
    empty = {name for name in ("user", "password", "dbname") if values.get(name) == ""}
    rest = "&".join(spell(name, value) for name, value in values.items() if name not in inside - empty)
    return PREFIXES[0] + (login + "@" if login else "") + places + path + ("?" + rest if rest else "")


def intended_userinfo(text: str, start: int) -> re.Match[str] | None:
    """Role and password as they were meant, where raw characters in them make libpq read the text in another way.

    The right-most `@` counts after which everything looks like hosts, database and query. `None` where libpq's own
    reading makes sense.
    """
    userinfo = _USERINFO.match(text, start)
    if makes_sense(text, userinfo.end() if userinfo else start):
        return None
    for at in range(len(text) - 1, start, -1):
        if text[at] == "@" and _meant().fullmatch(text, at + 1):
            return re.compile(_MEANT_USERINFO, re.DOTALL).fullmatch(text, start, at)
    return None


def makes_sense(text: str, position: int) -> bool:
    """What is there looks like hosts, database and query, and like nothing else."""
    return bool(_SENSIBLE.fullmatch(text, position))


def doubtful_port(text: str, start: int) -> list[Span]:
    """What is behind a host and a : and is no port: the rest of the text may be lost, and it a password."""
    found = re.compile(r"(?:\[[^\]]*\]|[^:/?\[]*):(?!\d{0,5}(?:[,/?]|\Z))(?P<port>[^?]*)").match(text, start)
    return [Span(*found.span("port"), broken=True)] if found else []


def _decoded(written: str, refusals: list[str]) -> str | None:
    trimmed = written.strip(" ")
    value = percent.decode(trimmed)
    if " " in trimmed:
        refusals.append("a raw space, which has to be written %20")
        return None
    if value is None:
        refusals.append("a % that begins no percent-encoded byte")
    return value


def _netlocs(text: str, position: int, refusals: list[str]) -> tuple[str, str, int]:
    hosts, ports = "", ""
    while True:
        if text[position : position + 1] == "[":
            literal = _LITERAL.match(text, position)
            if not literal:
                refusals.append("an IPv6 address in [ ] that is empty, does not end, or is followed by something else")
                return hosts, ports, len(text)
            hosts, position = hosts + literal[1], literal.end()
        else:
            name = _NAME.match(text, position)
            assert name is not None  # it matches the empty string
            hosts, position = hosts + name[0], name.end()
        port = _PORT.match(text, position)
        if port:
            ports, position = ports + port[1], port.end()
        if text[position : position + 1] != ",":
            return hosts, ports, position
        hosts, ports, position = hosts + ",", ports + ",", position + 1


def _parameters(
    text: str, mark: int, values: dict[str, str], refusals: list[str]
) -> tuple[dict[str, str], tuple[Span, ...]]:
    foreign: dict[str, str] = {}
    named: list[Piece] = []
    pieces = query.pieces(text[mark:]) if text[mark : mark + 1] == "?" else []
    for number, (start, end) in enumerate(pieces, 1):
        piece = text[mark + start : mark + end]
        if not piece and number == len(pieces):
            continue
        name, equals, written = piece.partition("=")
        begin, beyond = mark + start, mark + end
        named.append(
            Piece(percent.decode(name) or name, begin, beyond - len(written) if equals else None, beyond, False)
        )
        if not equals:
            refusals.append("a parameter without =")
        if "=" in written:
            refusals.append("a second = in one parameter")
        key, value = _decoded(name, refusals), _decoded(written, refusals)
        value = written if value is None else value
        if key is None or not equals:
            continue
        if key == "ssl" and value == "true":
            key, value = "sslmode", "require"
        elif key == "requiressl":
            key, value = "sslmode", "require" if value.startswith("1") else "prefer"
        if key in LIBPQ:
            values[key] = value
        else:
            foreign[key] = value
    return foreign, tuple(secret_parts.spans(text, named))


def _problems(
    text: str, start: int, values: Mapping[str, str], intended: re.Match[str] | None, refusals: list[str]
) -> list[Problem]:
    found: list[Problem] = []
    encode = "percent-encode-password"
    if intended:
        login = intended[0]
        meant = _meant().match(text, intended.end() + 1)
        if "@" in login:
            what = "a raw @ in the role or password ends it early; it has to be written %40"
            found.append(Problem(ProblemCode.PASSWORD_AT_SIGN, what, encode))
        if "/" in login:
            what = "a raw / in the role or password ends it early; it has to be written %2F"
            found.append(Problem(ProblemCode.PASSWORD_SLASH, what, encode))
        ending = text[meant.end("places") :] if meant else ""
    else:
        login = text[start : text.find("@", start)] if "@" in text[start:] else ""
        ending = text[start:]
    if percent.decode(login) is None:
        what = "a raw % in the role or password, which has to be written %25"
        found.append(Problem(ProblemCode.PASSWORD_PERCENT, what, encode))
    if not intended:
        if "://" in text[start:] and URL_AS_HOST.search(text, start):
            what = "a second address with :// is in the place of the host"
            found.append(Problem(ProblemCode.HOST_IS_URL, what, "host-from-url"))
        elif any(port_number(port) is None for port in values.get("port", "").split(",")):
            what = "the text after the host and a : is not a number from 1 to 65535"
            found.append(Problem(ProblemCode.PORT_INVALID, what))
    found += _query_problems(ending, values)
    if refusals and not found:
        found.append(Problem(ProblemCode.UNREADABLE, refusals[0]))
    return found


def _query_problems(ending: str, values: Mapping[str, str]) -> list[Problem]:
    found: list[Problem] = []
    parameters = ending.partition("?")[2]
    if "?" not in ending and _PARAMETER_IN_PATH.search(ending):
        what = "the first parameter needs a ? in front of it; without it, it belongs to the database name"
        found.append(Problem(ProblemCode.QUESTION_MARK_MISSING, what, "first-question-mark"))
    if "?" in parameters and _SECOND_MARK.search(parameters):
        what = "a second ? among the parameters; they are joined with &"
        found.append(Problem(ProblemCode.DOUBLE_QUESTION_MARK, what, "second-question-mark"))
    elif extra := next((p for p in parameters.split("&") if p.count("=") > 1), ""):
        what = f"a second = in the value of {extra.partition('=')[0]}; it has to be written %3D"
        found.append(Problem(ProblemCode.RAW_EQUALS_IN_OPTION, what, "encode-option-equals"))
    return found


def _names(name: str) -> tuple[str, ...]:
    return (name, "ssl", "requiressl") if name == "sslmode" else (name,)


def _meant() -> re.Pattern[str]:
    return re.compile(_MEANT, re.DOTALL)  # kept by re; only a broken text needs it


def _place(host: str, port: str) -> str:
    written = f"[{host}]" if ":" in host else percent.encode(host)
    return written + (":" + port if port else "")


_USERINFO = lazy(r"(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@")
_LITERAL = lazy(r"\[([^\]]+)\](?=[:/?,]|\Z)")
_NAME = lazy(r"[^:/?,]*")
_PORT = lazy(r":([^/?,]*)")
_PLACE = r"(?:[A-Za-z0-9_.\-]*|\[[0-9A-Fa-f:.%]+\]|%2[Ff][^/?,:@]*|%40[^/?,:@]*)(?::\d*)?"
# How hosts, database and query look when nothing is wrong with them. An @ in the query is at home in a few values only.
_AT_HOME = r"(?:(?:fallback_)?application_?name|options|user|(?:ssl)?password|dbname|service)=[^&]*@"
_SENSIBLE = lazy(rf"{_PLACE}(?:,{_PLACE})*(?:/[^?@]*)?(?:\?(?:[^@]*|(?:.*&)?{_AT_HOME}.*))?", re.DOTALL | re.IGNORECASE)
_MEANT = rf"(?P<places>{_PLACE}(?:,{_PLACE})*)(?<=[^@:,])(?:/[^/?#@]*)?(?:\?[^@]*)?"
_MEANT_USERINFO = r"(?P<user>[^:]*)(?::(?P<password>.*))?"
URL_AS_HOST = lazy(r"(@|(?<=//))((?:https?|tcp|postgres(?:ql)?)://)", re.IGNORECASE)
_PARAMETER_IN_PATH = lazy(r"/[^/?&=]*&[A-Za-z_]+=")
_SECOND_MARK = lazy(r"(?:^|.)\?[A-Za-z_]+=|^\?")
