"""What one reads from a Postgres before there is a session: the answer to SSLRequest, and the first message.

Source: PostgreSQL documentation, "SSL Session Encryption" and "Message Flow: Start-up".
"""

from __future__ import annotations

from pgwhy.network.stream import Channel, bounded, read_exactly
from pgwhy.network.wire import SSL_REQUEST, Message, WireError, split_header

MAX_BANNER_BYTES = 256


async def ask_for_tls(channel: Channel, limit_s: float) -> bytes:
    """Send SSLRequest; what came in answer, at most `MAX_BANNER_BYTES`, `b""` where the peer closed. Raises `Broken`.

    A Postgres says one byte and then waits. More than `S` means that something else is there, or that somebody slipped
    bytes in front of the handshake (CVE-2021-23214): never go on with it.
    """
    await channel.send(SSL_REQUEST, limit_s)
    return await channel.receive(MAX_BANNER_BYTES, limit_s)


async def read_message(channel: Channel, limit_s: float, begun: bytes = b"") -> Message | bytes:
    """The next message, or the bytes that came instead of one. `begun` was read already. Raises `Broken`.

    An error as it was before protocol 3 (`E`, a text, NUL) is a message too: a server that cannot fork still sends it.
    """
    async with bounded(limit_s):
        header = begun[:5] + (await read_exactly(channel, 5 - len(begun), None) if len(begun) < 5 else b"")
        rest = begun[5:]
        try:
            kind, length = split_header(header)
        except WireError:
            return await _old_error(channel, header + rest)
        if len(rest) < length:
            rest += await read_exactly(channel, length - len(rest), None)
        return Message(kind, rest[:length])


async def _old_error(channel: Channel, begun: bytes) -> Message | bytes:
    if begun[:1] != b"E":
        return begun
    while b"\0" not in begun and len(begun) < MAX_BANNER_BYTES:
        more = await channel.receive(MAX_BANNER_BYTES - len(begun), None)
        if not more:
            break
        begun += more
    text, ended, _ = begun[1:].partition(b"\0")
    # The line break tells `wire.error_fields` that this is a text and not a list of fields.
    return Message(b"E", b"\n" + text) if ended else begun
