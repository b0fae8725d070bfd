"""Percent-encoding as libpq reads it, and as one writes it so that every URL parser reads the same."""

from __future__ import annotations

import re
from urllib.parse import quote

from pgwhy.shipped.regex import lazy

# What may stand raw in any component: RFC 3986's unreserved characters.
_ESCAPE = lazy(r"%([0-9A-Fa-f]{2})")
STRAY = lazy(r"%(?![0-9A-Fa-f]{2})")
"""A `%` that begins no percent-encoded byte."""


def decode(text: str) -> str | None:
    """The text without its percent-encoding; `None` where libpq refuses it (a stray `%`, `%00`)."""
    if "%" not in text:
        return text
    if STRAY.search(text) or "%00" in text:
        return None
    raw = text.encode("utf-8", "surrogateescape")
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m[1].decode()), raw).decode("utf-8", "surrogateescape")


def encode(text: str, keep: str = "") -> str:
    """The text with everything percent-encoded but letters, digits, `-._~` and the characters to `keep`."""
    return quote(text.encode("utf-8", "surrogateescape"), safe=keep)


def encode_raw(text: str) -> str:
    """A text that is encoded in part or not at all, wholly encoded: valid %XX stay unless a stray % shows them raw."""
    if STRAY.search(text):
        return encode(text)
    parts, position = [], 0
    for escape in _ESCAPE.finditer(text):
        parts += [encode(text[position : escape.start()]), escape[0]]
        position = escape.end()
    return "".join(parts) + encode(text[position:])
