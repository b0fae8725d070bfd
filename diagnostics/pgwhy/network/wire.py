"""The messages that a Postgres client and server exchange before a session, as bytes. No I/O.

Source: PostgreSQL documentation, chapter "Frontend/Backend Protocol", sections "Message Flow" and "Message Formats"
(https://www.postgresql.org/docs/current/protocol.html). Both directions, because the lab's gateway speaks them too.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from enum import IntEnum

from pgwhy.values import dataclass

PROTOCOL_3_0 = 3 << 16
SSL_REQUEST_CODE = 80877103
GSSENC_REQUEST_CODE = 80877104
CANCEL_REQUEST_CODE = 80877102

SSL_REQUEST = struct.pack("!ii", 8, SSL_REQUEST_CODE)
GSSENC_REQUEST = struct.pack("!ii", 8, GSSENC_REQUEST_CODE)
ALPN = b"postgresql"
MAX_STARTUP_BYTES = 10_000
"""What PostgreSQL takes as the length of a start-up packet (MAX_STARTUP_PACKET_LENGTH)."""
MAX_MESSAGE_BYTES = 65_536
"""The largest message that we read before a session: servers send a few hundred bytes there."""


class Auth(IntEnum):
    """The codes of an Authentication message ('R')."""

    OK = 0
    KERBEROS_V5 = 2
    CLEARTEXT_PASSWORD = 3
    MD5_PASSWORD = 5
    GSS = 7
    GSS_CONTINUE = 8
    SSPI = 9
    SASL = 10
    SASL_CONTINUE = 11
    SASL_FINAL = 12


class WireError(ValueError):
    """Bytes that are no message of the protocol."""


@dataclass(frozen=True)
class Message:
    """One backend or frontend message: its type byte and the body without the length."""

    kind: bytes
    body: bytes


@dataclass(frozen=True)
class Startup:
    """What a client sends first, decoded. `code` is the protocol version, or one of the request codes."""

    code: int
    parameters: Mapping[str, str]

    @property
    def major(self) -> int:
        return self.code >> 16

    @property
    def minor(self) -> int:
        return self.code & 0xFFFF


def startup_message(parameters: Mapping[str, str], version: int = PROTOCOL_3_0) -> bytes:
    """StartupMessage. Values are sent as UTF-8, and bytes that are not as they are; a NUL in one raises `WireError`."""
    body = struct.pack("!i", version)
    for name, value in parameters.items():
        if "\0" in name or "\0" in value:
            raise WireError(f"the start-up parameter {name!r} contains a NUL byte")
        body += b"".join(word.encode("utf-8", "surrogateescape") + b"\0" for word in (name, value))
    body += b"\0"
    return struct.pack("!i", len(body) + 4) + body


def read_startup(body: bytes) -> Startup:
    """Decode the first packet of a client, without its length word. Raises `WireError`."""
    if len(body) < 4:
        raise WireError("a start-up packet of less than four bytes")
    (code,) = struct.unpack_from("!i", body)
    if code in (SSL_REQUEST_CODE, GSSENC_REQUEST_CODE, CANCEL_REQUEST_CODE):
        return Startup(code, {})
    parts = body[4:].split(b"\0")
    if not body.endswith(b"\0") or len(parts) < 2 or parts[-1] != b"" or parts[-2] != b"":
        raise WireError("a start-up packet without its closing NUL")
    words = [part.decode("utf-8", "replace") for part in parts[:-2]]
    if len(words) % 2:
        raise WireError("a start-up parameter without a value")
    return Startup(code, dict(zip(words[::2], words[1::2], strict=True)))


def message(kind: bytes, body: bytes = b"") -> bytes:
    """A message with its type byte and length."""
    return kind + struct.pack("!i", len(body) + 4) + body


def split_header(header: bytes) -> tuple[bytes, int]:
    """The type byte and the length of the body that follows these five bytes.

    Raises `WireError` where that cannot be a message: a length below four, or more than `MAX_MESSAGE_BYTES`.
    """
    kind, length = header[:1], struct.unpack("!i", header[1:5])[0]
    if not kind.isalpha() or not 4 <= length <= MAX_MESSAGE_BYTES:
        raise WireError("not a message of the Postgres protocol")
    return kind, length - 4


def password_message(password: bytes) -> bytes:
    """PasswordMessage: the answer to a clear-text or md5 request."""
    return message(b"p", password + b"\0")


def error_response(fields: Mapping[str, str]) -> bytes:
    """ErrorResponse from its fields (`S`, `V`, `C`, `M`, `D`, `H` ...)."""
    body = b"".join(key.encode() + value.encode() + b"\0" for key, value in fields.items())
    return message(b"E", body + b"\0")


def error_fields(body: bytes) -> dict[str, str]:
    """The fields of an ErrorResponse or NoticeResponse by their one-letter code. Tolerates what is cut off.

    Before protocol 3 errors were plain text with no fields; a server that cannot fork still sends those, and they are
    returned as `{"M": text}` (PostgreSQL, "Message Flow").
    """
    if body[:1] and not body[:1].isalpha():
        return {"M": body.rstrip(b"\0").decode("utf-8", "replace")}
    fields = {}
    for part in body.split(b"\0"):
        if part:
            fields[chr(part[0])] = part[1:].decode("utf-8", "replace")
    return fields


def authentication(code: Auth, body: bytes = b"") -> bytes:
    """Authentication message ('R')."""
    return message(b"R", struct.pack("!i", code) + body)


def authentication_sasl(mechanisms: tuple[str, ...]) -> bytes:
    """AuthenticationSASL with the mechanisms that the server offers, best first."""
    return authentication(Auth.SASL, b"".join(name.encode() + b"\0" for name in mechanisms) + b"\0")


def read_authentication(body: bytes) -> tuple[int, tuple[str, ...]]:
    """The code of an Authentication message, and the SASL mechanisms where it is `Auth.SASL`. Raises `WireError`."""
    if len(body) < 4:
        raise WireError("an Authentication message without its code")
    (code,) = struct.unpack_from("!i", body)
    if code != Auth.SASL:
        return code, ()
    return code, tuple(name.decode("ascii", "replace") for name in body[4:].split(b"\0") if name)


def negotiate_protocol_version(minor: int, refused: Sequence[str]) -> bytes:
    """NegotiateProtocolVersion: the newest minor version of protocol 3 that the server speaks, and the protocol
    extensions (`_pq_.` parameters) that it does not know."""
    names = b"".join(name.encode() + b"\0" for name in refused)
    return message(b"v", struct.pack("!ii", PROTOCOL_3_0 | minor, len(refused)) + names)


def read_sasl_initial(body: bytes) -> tuple[str, bytes]:
    """The mechanism and the first data of a SASLInitialResponse. Raises `WireError`."""
    mechanism, found, rest = body.partition(b"\0")
    if not found or len(rest) < 4:
        raise WireError("a SASL response without its mechanism")
    (length,) = struct.unpack_from("!i", rest)
    return mechanism.decode("ascii", "replace"), rest[4 : 4 + max(0, length)]


def sasl_initial(mechanism: str, data: bytes) -> bytes:
    """SASLInitialResponse: the mechanism chosen and the client's first data."""
    return message(b"p", mechanism.encode() + b"\0" + struct.pack("!i", len(data)) + data)


def cancel_request(key: bytes) -> bytes:
    """CancelRequest with the body of the BackendKeyData message of the session to interrupt."""
    return struct.pack("!ii", 8 + len(key), CANCEL_REQUEST_CODE) + key
