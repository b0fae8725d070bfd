"""One line of the ladder: how a stage went, what was seen there, how long it took."""

from __future__ import annotations

from enum import StrEnum

from pgwhy.progress import Stage, row
from pgwhy.shipped.regex import lazy
from pgwhy.values import dataclass


class Mark(StrEnum):
    """How a stage went."""

    OK = "ok"
    FAIL = "FAIL"
    NOTE = "note"
    """It went well enough, and there is something to know."""
    SKIP = "skip"


@dataclass(frozen=True)
class Rung:
    """One line of the ladder."""

    mark: Mark
    stage: Stage | None
    """`None`: it is about all of them."""
    text: str
    ms: float | None = None
    of_server: bool = False
    """The text is what the server does, and goes on behind its name: `closes the connection`."""
    label: str = ""
    """The word for what is beside the stage's own rung; empty for that rung itself."""

    @property
    def name(self) -> str:
        """What it is called on a page; empty if it is about all stages and has no label."""
        return self.label or (row(self.stage).name if self.stage else "")


REPORTED = "reported"
"""Name of the rung of a text that was pasted, where nothing else is known."""

ENDS = {
    "refused": "refused",
    "timed-out": "no answer",
    "reset": "reset",
    "closed": "closed at once",
    "network-unreachable": "no route from here",
    "host-unreachable": "a router reports it unreachable",
    "prohibited": "a filter forbids it",
    "socket-missing": "there is no such socket",
}
"""A `Failure` in a few words."""


def milliseconds(ms: float) -> str:
    """A duration as a person reads it: `<1 ms`, `38 ms`, `2.4 s`."""
    if ms < 1:
        return "<1 ms"
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


LONGEST_POINT = 2000
"""Characters of a line that are looked at: a page shows a few rows of it."""


def tidied(message: str) -> str:
    """The main line of a client's message: the line with the error, without the address, which is above it already.

    Of a stack trace only what it is about. The first such line: under sslmode=prefer libpq tries again without TLS and
    appends what became of that.
    """
    lines = [text.strip() for text in message.splitlines() if text.strip() and not _FRAME.match(text)]
    lines = [text for text in lines if not _AFTERWARDS.match(text)] or lines[:1]
    said = [text for text in lines if _SAYS_SO.search(text)]
    point = said[0] if said else lines[-1] if lines else ""
    return _PREFIX.sub("", point[:LONGEST_POINT])


def release(tls_version: str) -> str:
    """`1.3` of `TLSv1.3`."""
    return tls_version.removeprefix("TLSv") or tls_version


_FRAME = lazy(r"\s+(?:at |File \")")
_AFTERWARDS = lazy(
    r"server closed the connection unexpectedly|This probably means the server terminated abnormally|"
    r"before or while processing the request|connection to server was lost"
)
"""What libpq adds to the server's last words."""
_SAYS_SO = lazy(r"\b(?:FATAL|ERROR|PANIC):|failed:|\b\w*Error:|^error:")
_PREFIX = lazy(r"^(?:.*?connection to server .*? failed: )?(?:(?:FATAL|ERROR|PANIC|[Ee]rror):\s+)*")
