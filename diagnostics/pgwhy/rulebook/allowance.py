"""What the change of a rule may do to a connection: the one list of it.

A rule is data that anybody can have written, and a change is tried with the user's password. So only what is listed
here can be set, removed or added. No rule can name a host, an address, a port, a key, a certificate or a file, and none
can ask for less protection. Facts of the run may fill a value where the list says so; as a server or a resolver may
have chosen a fact, the value is checked again with the fact in it (`refusal`), before anything is done with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from ipaddress import ip_address
from typing import Any, NamedTuple

from pgwhy.target.parameters import LIBPQ, VALUES
from pgwhy.terminal.spelling import nearest

PASSWORD = (
    "percent-encode",
    "endpoint-form",
    "endpoint-form-dollar",
    "plain-form",
    "token-as-issued",
    "without-brackets",
)
"""The ways to write the same password that `password` can ask for."""


class Allowed(NamedTuple):
    """What a parameter may be set to."""

    words: tuple[str, ...] = ()
    """As the rule has it."""
    pattern: str = ""
    """Or a text that is like this as a whole; empty: none."""
    templates: tuple[str, ...] = ()
    """Or one of these, in which a fact of the run is filled in."""
    filled: str = ""
    """What such a template must be like with its fact in it; empty: one of `words`."""


_NAME = r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\.?"
_ENDPOINT = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
RAISING = ("require", "verify-ca", "verify-full")
"""The values of sslmode that encrypt: a rule can ask for nothing weaker, and never for less than the user has."""

SET = {
    "sslmode": Allowed(RAISING, templates=("{settings.valid_value}",)),
    "sslrootcert": Allowed(("system",)),
    "sslnegotiation": Allowed(("postgres", "direct")),
    "channel_binding": Allowed(("prefer", "require", "disable")),
    "gssencmode": Allowed(("disable",)),
    "max_protocol_version": Allowed(("3.0",)),
    "connect_timeout": Allowed(pattern=r"[1-9][0-9]{0,2}"),
    # libpq reads a dbname with an equals sign or a scheme as a whole connection string.
    "dbname": Allowed(pattern=r"[A-Za-z_][A-Za-z0-9_-]{0,62}"),
    "host": Allowed(("localhost", "127.0.0.1"), templates=("{target.direct_host}", "{dns.alias_of}"), filled=_NAME),
    "hostaddr": Allowed(templates=("{dns.other_address}",), filled=r"[0-9a-f.:]{2,45}"),
}
"""Parameter → what `set` may give it. The engine ends a trial that changes the address before the login."""

REMOVE = Allowed(
    (
        "channel_binding",
        "endpoint",
        "hostaddr",
        "min_protocol_version",
        "options",
        "replication",
        "ssl_max_protocol_version",
        "sslsni",
    ),
    templates=(
        "{settings.first_unknown_parameter}",
        "{settings.refused_foreign_parameter}",
    ),
    filled=r"[^\s=]{1,100}",
)
"""Parameters that `remove` may name."""

ADD_OPTION = Allowed(
    templates=("endpoint={target.endpoint}", "endpoint={dns.alias_endpoint}"), filled=f"endpoint={_ENDPOINT}"
)
"""Tokens that `add_option` may add to `options`. A literal endpoint would be another server's name."""

DROP_OPTION = Allowed(("endpoint=", "endpoint%3D"))
"""How the tokens of `options` begin that `drop_option` may drop."""


def faults(change: Mapping[str, Any], repairs: Collection[str] | None) -> Iterator[tuple[str, str]]:
    """What a change asks for that is not allowed: the key in it, and a sentence about its value. As the rule has it,
    before any fact is known; the types have been checked. `repairs`: the names that exist; `None`: any."""
    for name, value in change.get("set", {}).items():
        if name not in SET:
            yield f"set.{name}", f"a rule cannot set this; it can set {', '.join(SET)}"
        elif not _as_written(value, SET[name]):
            yield f"set.{name}", f"a rule can set {name} to {_what(SET[name])}"
    for name in change.get("remove", ()):
        if not _as_written(name, REMOVE):
            yield "remove", f"a rule can remove {_what(REMOVE)}"
    for key, allowed in (("add_option", ADD_OPTION), ("drop_option", DROP_OPTION)):
        if key in change and not _as_written(change[key], allowed):
            yield key, f"a rule can ask for {_what(allowed)}"
    if "password" in change and change["password"] not in PASSWORD:
        yield "password", f"is one of {', '.join(PASSWORD)}"
    if repairs is not None and "repair" in change and change["repair"] not in repairs:
        yield "repair", f'no repair is called "{change["repair"]}"'


def refusal(change: Mapping[str, Any], sslmode: str | None) -> str:
    """Why a change with its facts filled in is not made, as a sentence; empty if it may be.

    `sslmode` is what the user's client connects with; `None`: not known.
    """
    for name, value in change.get("set", {}).items():
        if name not in SET or not _as_filled(value, SET[name]):
            return f"a fix may not set {name} to this value"
        if name == "hostaddr" and not _is_address(value):
            return "a fix may set hostaddr to an IP address only"
        if name == "sslmode" and _rank(value) < _rank(_meant(sslmode)):
            return f"it would lower sslmode from {sslmode}"
    for name in change.get("remove", ()):
        if name not in REMOVE.words and (not _as_filled(name, REMOVE) or name.lower() in LIBPQ):
            return "a fix may not remove this parameter"
    if "add_option" in change and not _as_filled(change["add_option"], ADD_OPTION):
        return "a fix may add only an endpoint's name to options"
    return next((f"{key}: {says}" for key, says in faults(_rest(change), None)), "")


def _rest(change: Mapping[str, Any]) -> dict[str, Any]:
    """What no fact is filled into."""
    return {key: change[key] for key in ("drop_option", "password") if key in change}


def _as_written(value: str, allowed: Allowed) -> bool:
    return value in allowed.words or value in allowed.templates or _is_like(value, allowed.pattern)


def _as_filled(value: str, allowed: Allowed) -> bool:
    return value in allowed.words or _is_like(value, allowed.pattern) or _is_like(value, allowed.filled)


def _is_like(value: str, pattern: str) -> bool:
    return bool(pattern) and re.fullmatch(pattern, value, re.IGNORECASE | re.ASCII) is not None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _what(allowed: Allowed) -> str:
    known = [*allowed.words, *allowed.templates, *([f"what matches {allowed.pattern}"] if allowed.pattern else [])]
    return " or ".join(known)


def _rank(sslmode: str) -> int:
    return VALUES["sslmode"].index(sslmode)


def _meant(sslmode: str | None) -> str:
    """The user's sslmode, or the one that a misspelt word is nearest to."""
    return nearest(sslmode, VALUES["sslmode"]) or RAISING[0] if sslmode else VALUES["sslmode"][0]
