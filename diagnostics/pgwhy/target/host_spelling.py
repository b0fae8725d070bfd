"""A host as it is written, and as it was meant: characters that nobody sees."""

from __future__ import annotations

import unicodedata
from enum import StrEnum


class HostMistake(StrEnum):
    """What a reader of the string does not see in the host."""

    NONE = "none"
    TRAILING_DOT = "trailing-dot"
    """DNS reads the name as the same one; TLS sends the dot along, and a certificate does not have it."""
    INVISIBLE = "invisible"
    """A zero-width or no-break space, a soft hyphen, a mark of writing direction, a byte order mark."""


def host_mistake(host: str) -> HostMistake:
    """Of a single host; a lone dot is no name."""
    if not host.isascii() and any(map(_is_invisible, host)):
        return HostMistake.INVISIBLE
    return HostMistake.TRAILING_DOT if host.endswith(".") and host.strip(".") else HostMistake.NONE


def clean_host(hosts: str) -> str:
    """The hosts of a list, without what `host_mistake` finds."""
    return ",".join("".join(c for c in host if not _is_invisible(c)).rstrip(".") for host in hosts.split(","))


def _is_invisible(character: str) -> bool:
    return character != " " and unicodedata.category(character) in ("Cf", "Zs", "Zl", "Zp")
