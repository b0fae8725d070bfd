"""A URL as text: finding, setting and dropping a parameter of its query, or one of its parts, in place.

Shared by the URL dialects, which differ in names and in what they make of a value.
"""

from __future__ import annotations

import re

from pgwhy.shipped.regex import lazy
from pgwhy.target.dialects import Span, percent


def pieces(text: str) -> list[tuple[int, int]]:
    """Where each `name=value` of the query is in the text; without a query none."""
    mark = text.find("?")
    if mark < 0:
        return []
    found, start = [], mark + 1
    for chunk in text[mark + 1 :].split("&"):
        found.append((start, start + len(chunk)))
        start += len(chunk) + 1
    return found


def fragment(text: str, position: int) -> list[Span]:
    """What is behind a # in the query. No parameter has a use for it, and it may be the rest of a password."""
    query = text.find("?", max(position, text.rfind("@")))
    mark = text.find("#", query) if query >= 0 else -1
    return [Span(mark + 1, len(text), broken=True)] if 0 <= mark < len(text) - 1 else []


def put(text: str, names: tuple[str, ...], written: str) -> str:
    """The text with `written` in the place of the last parameter that has one of these names, else appended."""
    places = [(s, e) for s, e in pieces(text) if _name(text[s:e]) in names]
    if not places:
        return text + joint(text) + written
    start, end = places[-1]
    return text[:start] + written + text[end:]


def spell(name: str, value: str) -> str:
    """`name=value` as a query has it. What paths, IPv6 addresses and lists consist of is left readable."""
    return f"{name}={percent.encode(value, keep='/:,')}"


def drop(text: str, names: tuple[str, ...]) -> str:
    """The text without every parameter of these names, and without the `?` when none is left."""
    kept = [text[s:e] for s, e in pieces(text) if _name(text[s:e]) not in names]
    head = text.partition("?")[0]
    return f"{head}?{'&'.join(kept)}" if any(kept) else head


def joint(text: str) -> str:
    """What comes between the text and a parameter appended to it."""
    if "?" not in text:
        return "?"
    return "" if text.endswith(("?", "&")) else "&"


def put_part(text: str, name: str, value: str) -> str | None:
    """The text with another host, port or database in its place; `None` where that is no part of the URL."""
    found = _PARTS.fullmatch(text)
    if found is None or name not in ("host", "port", "dbname"):
        return None
    places, path = found["places"], found["path"] or ""
    if name == "dbname":
        path = "/" + percent.encode(value)
    elif name == "host":
        ports = [port for _, port in _split(places)]
        hosts = value.split(",")
        ports = ports if len(ports) == len(hosts) else [""] * len(hosts)
        places = _joined(hosts, ports)
    else:
        hosts = [host for host, _ in _split(places)]
        ports = value.split(",")
        places = _joined(hosts, ports if len(ports) == len(hosts) else ports[:1] * len(hosts))
    return found["front"] + places + path + found["query"]


def _split(places: str) -> list[tuple[str, str]]:
    found = (re.fullmatch(r"(\[[^\]]*\]|[^:]*):?(.*)", place) for place in places.split(","))
    return [(m[1], m[2]) for m in found if m]


def _joined(hosts: list[str], ports: list[str]) -> str:
    bracketed = (f"[{host}]" if ":" in host and not host.startswith("[") else host for host in hosts)
    return ",".join(host + (":" + port if port else "") for host, port in zip(bracketed, ports, strict=True))


_PARTS = lazy(
    r"(?P<front>[a-z0-9:+_]+?:(?://)(?:[^@/?]*@)?)(?P<places>[^/?]*)(?P<path>/[^?]*)?(?P<query>(?:\?.*)?)", re.DOTALL
)


def _name(piece: str) -> str:
    name = piece.partition("=")[0]
    return (percent.decode(name) or name).strip(" ")
