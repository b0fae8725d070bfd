"""Which endpoint a client means: from SNI, from `options`, or from the password. Pure.

Source: docs/neon.md, 3.2. The two must be the same string when both are there, `-pooler` included.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pgwhy.lab.neon import messages
from pgwhy.lab.neon.messages import Refusal
from pgwhy.secret import Secret

_NOT_ENDPOINTS = ("api", "apiauth")
_POOLER = "-pooler"


def named_endpoint(sni: str | None, options: str, domains: Collection[str]) -> str | None:
    """The endpoint as the client wrote it, `None` where neither names one (then the password must).

    `sni` is the name as TLS gave it, or HTTP's Host. `domains` are the names behind the first dot that the gateway has
    certificates for. Raises `Refusal` where the two contradict each other, or the name has other characters than
    letters, digits and hyphens. An empty option is a name.
    """
    by_sni = _from_sni(sni, domains)
    by_option = _from_options(options)
    if by_sni is not None and by_option is not None and by_sni != by_option:
        raise Refusal(messages.INCONSISTENT.format(sni=by_sni, option=by_option))
    name = by_option if by_sni is None else by_sni
    return None if name is None else _checked(name)


def endpoint_and_password(text: str) -> tuple[str, Secret]:
    """`endpoint=NAME;PASSWORD` or `endpoint=NAME$PASSWORD`, taken apart. The name may be any. Raises `Refusal`."""
    key, _, rest = text.partition("=")
    separator = ";" if ";" in rest else "$"
    name, found, password = rest.partition(separator)
    if key not in ("project", "endpoint") or not found:
        raise Refusal(messages.ENDPOINT_NOT_SPECIFIED)
    return name, Secret(password)


def forwarded_options(options: str) -> str:
    """What of `options` goes on to Postgres: everything but the tokens that are the gateway's own."""
    return " ".join(token for token in split_options(options) if not _is_ours(token))


def wants_every_parameter(options: str) -> bool:
    """`neon_proxy_params_compat:true`: all start-up parameters are forwarded."""
    return "neon_proxy_params_compat:true" in split_options(options)


def split_options(options: str) -> list[str]:
    """`options` at white space that no backslash escapes. The tokens stay as they are written."""
    return re.findall(r"(?:\\.|[^\s\\])+", options)


def without_pooler(endpoint: str) -> tuple[str, bool]:
    """The endpoint's own name, and whether its pooler was asked for."""
    return endpoint.removesuffix(_POOLER), endpoint.endswith(_POOLER)


def _from_sni(sni: str | None, domains: Collection[str]) -> str | None:
    first, _, rest = (sni or "").partition(".")
    return first if rest in domains and first not in _NOT_ENDPOINTS else None


def _from_options(options: str) -> str | None:
    found = [t.partition("=")[2] for t in split_options(options) if t.startswith(("endpoint=", "project="))]
    # Two or more: all of them are ignored.
    return found[0] if len(found) == 1 else None


def _checked(name: str) -> str:
    if not all(character.isalnum() or character == "-" for character in name):
        raise Refusal(messages.MALFORMED_NAME.format(name=name))
    return name


def _is_ours(token: str) -> bool:
    return token.startswith(("endpoint=", "project=")) or re.match(r"neon_\w+:.", token) is not None
