"""What answers where a Postgres was expected, by its first bytes."""

from __future__ import annotations

import re
from enum import StrEnum

from pgwhy.error_text import without_escapes
from pgwhy.shipped.regex import lazy


class Speaks(StrEnum):
    """What answers where a Postgres was expected."""

    HTTP = "http"
    SSH = "ssh"
    MYSQL = "mysql"
    REDIS = "redis"
    SMTP = "smtp"
    TLS = "tls"
    """A TLS alert in answer to SSLRequest: TLS from the first byte on."""
    UNKNOWN = "unknown"


def recognise(data: bytes) -> Speaks:
    """Who speaks like this; `unknown` where it cannot be told."""
    return next((speaks for pattern, speaks in _PATTERNS if pattern.match(data)), Speaks.UNKNOWN)


def printable(data: bytes) -> str:
    """Bytes as one line that is safe to print: no escapes, no control characters, no more than there was."""
    text = without_escapes(data.decode("utf-8", "replace")).replace("\ufffd", "?")
    return re.sub(r"\s+", " ", text).strip()


_PATTERNS = (
    (lazy(rb"HTTP/\d|<!doctype html|<html", re.IGNORECASE), Speaks.HTTP),
    (lazy(rb"SSH-\d"), Speaks.SSH),
    # Packet length (three bytes), number 0, then protocol version 10 (handshake) or 0xff (an error): MySQL, "Packets".
    (lazy(rb".{2}\x00\x00[\x0a\xff]", re.DOTALL), Speaks.MYSQL),
    (lazy(rb"-(?:ERR|NOAUTH|DENIED)\b|\+(?:OK|PONG)\r?\n"), Speaks.REDIS),
    (lazy(rb"220[ -]"), Speaks.SMTP),
    # A TLS record of type alert (21), version 3.x: RFC 8446, 5.1.
    (lazy(rb"\x15\x03[\x00-\x04]"), Speaks.TLS),
)
