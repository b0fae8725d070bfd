"""The stages of a connection. A module of its own, because a help page needs the words and nothing else."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a client can be stopped, in the order in which it passes them."""

    CONFIG = "config"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    STARTUP = "startup"
    AUTH = "auth"
    SESSION = "session"
    CLIENT = "client"

    @property
    def order(self) -> int:
        """How many stages a client passes before this one."""
        return _ORDER[self]


_ORDER = {stage: n for n, stage in enumerate(Stage)}
