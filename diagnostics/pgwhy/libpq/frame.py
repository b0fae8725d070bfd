"""Frames between the run and its child: lists of fields, each of them bytes or `None`, with their lengths in front.

Binary and without a parser, so that a password is copied and never quoted, and so that a child which a server got hold
of can do no more than give odd bytes.
"""

from __future__ import annotations

from struct import pack, unpack_from

TYPE_CHECKING = False  # as typing's own, which costs 3 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Field = bytes | None

MAX_FRAME_BYTES = 1 << 20
"""The most that either end reads. The child cuts what a server says long before that."""
_NONE = 0xFFFFFFFF


class BadFrame(ValueError):
    """Bytes that are no frame, or the end of the stream inside one."""


def packed(fields: Sequence[Field]) -> bytes:
    """One frame as bytes."""
    body = b"".join(pack("!I", _NONE) if field is None else pack("!I", len(field)) + field for field in fields)
    return pack("!I", len(body)) + body


def read(receive: Callable[[int], bytes]) -> list[Field] | None:
    """The next frame, `None` at the end of the stream. `receive(n)` gives 1 to n bytes, `b""` at the end.

    Raises `BadFrame`.
    """
    head = _exactly(receive, 4)
    if not head:
        return None
    (length,) = unpack_from("!I", head)
    if length > MAX_FRAME_BYTES:
        raise BadFrame("a frame that is too long")
    body = _exactly(receive, length)
    fields: list[Field] = []
    at = 0
    while at < length:
        if at + 4 > length:
            raise BadFrame("a field without its length")
        (size,) = unpack_from("!I", body, at)
        at += 4
        if size == _NONE:
            fields.append(None)
            continue
        if at + size > length:
            raise BadFrame("a field that is longer than its frame")
        fields.append(body[at : at + size])
        at += size
    return fields


def _exactly(receive: Callable[[int], bytes], count: int) -> bytes:
    """`count` bytes, or `b""` where the stream ends before the first of a frame's head."""
    data = b""
    while len(data) < count:
        more = receive(count - len(data))
        if not more:
            if data or count != 4:
                raise BadFrame("the stream ended inside a frame")
            return b""
        data += more
    return data
