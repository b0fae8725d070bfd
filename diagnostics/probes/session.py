"""The session: one round trip of queries after the login, about what the connection turned out to be.

Opens nothing: it uses the connection of the login, in one pipeline, and closes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from diagnostics.facts import Record, fact


@dataclass(frozen=True)
class Session(Record):
    """What the connection turned out to be."""

    name: ClassVar[str] = "session"

    usable: bool | None = fact("a query ran and its answer came back")
    message: str | None = fact("the server's error to the first query; empty if there was none")
    server_version: str | None = fact("as the server says it: 17.5")
    user: str | None = fact("current_user")
    database: str | None = fact("current_database()")
    tls_version: str | None = fact("TLS as the server sees it; empty without TLS, unknown behind a proxy")
    pooled: bool | None = fact(
        "a transaction pooler stands between: the process that answers is not the one that greeted"
    )
    read_only: bool | None = fact("new transactions are read-only")
    in_recovery: bool | None = fact("the server is a standby")
    ignored_parameters: tuple[str, ...] | None = fact("parameters the target asked for that did not take effect")
    round_trip_ms: float | None = fact("one query and its answer, in milliseconds")
    cold_start: bool | None = fact("the login waited for a compute to wake up")
    far_away: bool | None = fact("each round trip takes so long that an application feels it (150 ms and more)")
