"""Port 443 of the provider, without credentials: does the way over the web work where 5432 does not?

Opens: one HTTPS request to the provider's SQL endpoint and one WebSocket upgrade, and nothing for other servers. Runs
only when the database port does not answer, or with `--web`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from diagnostics.facts import Record, fact
from diagnostics.failure import Failure


@dataclass(frozen=True)
class Web(Record):
    """The provider's HTTP side."""

    name: ClassVar[str] = "web"

    asked: bool | None = fact("port 443 was tried")
    url: str | None = fact("the address asked")
    reachable: bool | None = fact("the provider itself answered on 443")
    status: int | None = fact("the HTTP status; 0 if no answer came")
    request_id: str | None = fact("neon-request-id of the answer: the provider's own log has it; empty if none")
    websocket: bool | None = fact("the WebSocket upgrade succeeded")
    failure: Failure | None = fact("how the connection to 443 failed")
