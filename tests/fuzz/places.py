"""Where a fuzzed run takes place: a machine without settings, and a server that sends the input."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pgwhy.machine import Machine

T = TypeVar("T")
EMPTY = Path(tempfile.mkdtemp(prefix="pgwhy-fuzz-"))
atexit.register(shutil.rmtree, EMPTY, ignore_errors=True)
MACHINE = Machine({}, EMPTY, EMPTY, "linux", datetime(2026, 11, 28, tzinfo=UTC))
_LOOP = asyncio.new_event_loop()
atexit.register(_LOOP.close)


def done(what: Coroutine[None, None, T]) -> T:
    """What a coroutine returns."""
    return _LOOP.run_until_complete(what)


class Peer:
    """A `stream.Channel` whose other end sends these bytes in pieces and then closes."""

    local = remote = "127.0.0.1:5432"

    def __init__(self, sends: bytes, piece: int = 1 << 16) -> None:
        self.rest, self.piece, self.given = sends, piece, 0

    async def send(self, data: bytes, limit_s: float) -> None:
        """Nobody reads it."""

    async def receive(self, most: int, limit_s: float | None) -> bytes:
        assert most > 0, "no bytes are asked for"
        now, self.rest = self.rest[: min(most, self.piece)], self.rest[min(most, self.piece) :]
        self.given += len(now)
        return now

    def abort(self) -> None:
        self.rest = b""
