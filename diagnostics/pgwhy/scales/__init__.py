"""Stages and severities, each in its order. A module of their own, because help pages need the words and no more."""

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


class Severity(StrEnum):
    """How much a finding matters, worst first."""

    ERROR = "error"
    """The connection fails because of it."""
    WARNING = "warning"
    """It connects, and this will hurt."""
    NOTE = "note"
