"""A handshake in small packets: it gets through where only the large ones get lost on the way (RFC 4459, 2).

Opens: one connection, on which TCP makes both sides send small segments, with SSLRequest and a handshake.
"""

from __future__ import annotations

from pgwhy.network import Network, postgres, tls
from pgwhy.network.stream import Broken, segments_can_be_small
from pgwhy.probes.tcp import Attempt

SEGMENT_BYTES = 500
"""With its headers less than the 576 bytes that every IPv4 host takes (RFC 1122, 3.3.3)."""


async def get_through(place: Attempt, hello: tls.Hello, direct: bool, network: Network, limit_s: float) -> bool | None:
    """Whether the handshake succeeds; `None` where it did not come to one, or TCP does not allow this option here."""
    if not segments_can_be_small():
        return None
    async with network.slots:
        limit_s = network.allowance(limit_s)
        with network.timeline.span("tls", "in small packets") as span:
            try:
                stream = await network.connect(place.address, place.port, limit_s, SEGMENT_BYTES)
            except Broken as broken:
                span.outcome = broken.failure.value
                return None
            began = direct
            try:
                began = began or await postgres.ask_for_tls(stream, limit_s) == b"S"
                if began:
                    await tls.pyopenssl.ready()
                    await tls.handshake(stream, hello, limit_s)
            except Broken as broken:
                span.outcome = broken.failure.value
                return False if began else None
            finally:
                stream.abort()
            return True if began else None
