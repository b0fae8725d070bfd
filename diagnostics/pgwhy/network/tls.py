"""A TLS handshake over a `Stream`: nothing is verified, everything is kept, `chain` judges afterwards.

OpenSSL through pyOpenSSL, over memory, so that every byte that is sent and received is ours to bound: the `ssl` module
of Python 3.11 gives neither the whole presented chain nor the number of an alert.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pgwhy.failure import Failure
from pgwhy.network import background
from pgwhy.network.stream import Broken, Stream, bounded
from pgwhy.values import dataclass, replace

if TYPE_CHECKING:
    from OpenSSL import SSL

_RECORD_BYTES = 16_384 + 512
"""More than a TLS record can have."""
MAX_HANDSHAKE_BYTES = 262_144
"""What a server may send before its handshake is done: a chain of ten large certificates fits twice."""


@dataclass(frozen=True)
class Hello:
    """What a client says of itself."""

    server_name: str = ""
    """Sent as SNI; empty sends none. An IP address must not be one (RFC 6066, 3)."""
    alpn: bytes = b""
    """The one protocol offered; empty offers none."""
    min_version: str = "TLSv1.2"
    """libpq's own default; `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3` in any case, or empty for OpenSSL's."""
    max_version: str = ""
    one_group: bool = False
    """Offer one elliptic curve and nothing else for the key exchange, so that the ClientHello fits in one TCP segment.
    A post-quantum key share, which OpenSSL offers since 3.5, has more than a thousand bytes."""


@dataclass(frozen=True)
class Session:
    """What a handshake agreed on, as far as it got: empty where it did not."""

    version: str = ""
    cipher: str = ""
    alpn: str = ""
    chain: tuple[bytes, ...] = ()
    """The presented certificates as DER, the server's own first."""
    client_certificate_requested: bool = False
    hello_answered: bool = False
    """The server chose a version and a cipher (ServerHello)."""


class HandshakeBroken(Broken):
    """A handshake that did not succeed, with what was learnt until then."""

    def __init__(self, broken: Broken, session: Session) -> None:
        super().__init__(broken.failure, broken.detail, broken.alert)
        self.session = session


class TlsStream:
    """A `stream.Channel` through TLS."""

    def __init__(self, stream: Stream, connection: SSL.Connection, log: _Log) -> None:
        self._stream, self._connection, self._log = stream, connection, log
        self.local, self.remote = stream.local, stream.remote
        self.session = Session()

    async def send(self, data: bytes, limit_s: float) -> None:
        """As `Stream.send`."""
        from OpenSSL import SSL

        try:
            self._connection.sendall(data)
        except SSL.Error as error:
            raise self._broken(error) from None
        await self._flush(limit_s)

    async def receive(self, most: int, limit_s: float | None) -> bytes:
        """As `Stream.receive`. A client certificate that TLS 1.3 refuses shows here first, as `Failure.TLS_ALERT`."""
        from OpenSSL import SSL

        if limit_s is not None:
            async with bounded(limit_s):
                return await self.receive(most, None)
        while True:
            try:
                return self._connection.recv(most)
            except SSL.WantReadError:
                data = await self._stream.receive(_RECORD_BYTES, None)
                if not data:
                    return b""
                self._connection.bio_write(data)
            except SSL.ZeroReturnError:
                return b""
            except SSL.Error as error:
                raise self._broken(error) from None

    def abort(self) -> None:
        """Close at once."""
        self._stream.abort()

    async def _shake(self, limit_s: float) -> None:
        from OpenSSL import SSL

        received = 0
        async with bounded(limit_s):
            while True:
                try:
                    self._connection.do_handshake()
                    return await self._flush(limit_s)
                except SSL.WantReadError:
                    await self._flush(limit_s)
                    data = await self._stream.receive(_RECORD_BYTES, None)
                    received += len(data)
                    if not data:
                        raise Broken(Failure.CLOSED) from None
                    if received > MAX_HANDSHAKE_BYTES:
                        raise Broken(Failure.PROTOCOL, "the server's part of the handshake does not end") from None
                    self._connection.bio_write(data)
                except SSL.Error as error:
                    await self._flush(limit_s)
                    raise self._broken(error) from None

    async def _flush(self, limit_s: float) -> None:
        from OpenSSL import SSL

        try:
            while True:
                await self._stream.send(self._connection.bio_read(_RECORD_BYTES), limit_s)
        except SSL.WantReadError:
            return

    def _broken(self, error: SSL.Error) -> Broken:
        detail = _reason(error)
        if self._log.alert:
            return Broken(Failure.TLS_ALERT, detail, self._log.alert)
        return Broken(Failure.PROTOCOL if detail in _NOT_TLS else Failure.TLS_LOCAL, detail)


def _import() -> None:
    import OpenSSL.SSL  # noqa: F401


pyopenssl = background.Preparation(_import)
"""On a thread: its 40 ms would keep the event loop from the login."""


async def handshake(stream: Stream, hello: Hello, limit_s: float) -> TlsStream:
    """Shake hands without verifying. Raises `HandshakeBroken`. The stream is the caller's; `pyopenssl` is ready."""

    log = _Log()
    connection = _connection(hello, log)
    channel = TlsStream(stream, connection, log)
    try:
        await channel._shake(limit_s)
    except Broken as broken:
        session = replace(_session(connection, log), version="", cipher="", alpn="")
        raise HandshakeBroken(broken, session) from None
    channel.session = _session(connection, log)
    return channel


@dataclass
class _Log:
    """What OpenSSL's info callback tells on the way (SSL_CTX_set_info_callback(3))."""

    alert: str = ""
    certificate_request: bool = False
    server_hello: bool = False


def _note(connection: SSL.Connection, where: int, value: int) -> None:
    """The info callback. The log of a connection is its application data."""
    from OpenSSL import SSL

    log = connection.get_app_data()
    if where == SSL.SSL_CB_READ_ALERT and value & 0xFF != _CLOSE_NOTIFY:
        log.alert = _ALERTS.get(value & 0xFF, f"alert {value & 0xFF}")
    state = connection.get_state_string()
    if b"read server certificate request" in state:
        log.certificate_request = True
    if b"read server hello" in state:
        log.server_hello = True


def _connection(hello: Hello, log: _Log) -> SSL.Connection:
    from OpenSSL import SSL

    versions = hello.min_version.lower(), hello.max_version.lower()
    connection = SSL.Connection(_context(*versions, hello.alpn, hello.one_group), None)
    connection.set_app_data(log)
    connection.set_connect_state()
    if hello.server_name:
        connection.set_tlsext_host_name(hello.server_name.encode("utf-8", "surrogateescape"))
    return connection


@lru_cache(maxsize=32)
def _context(least: str, most: str, alpn: bytes, one_group: bool) -> SSL.Context:
    """Made once for all connections that offer the same: a tenth of what a handshake costs."""
    from OpenSSL import SSL

    versions: dict[str, int] = {
        "tlsv1": SSL.TLS1_VERSION,
        "tlsv1.1": SSL.TLS1_1_VERSION,
        "tlsv1.2": SSL.TLS1_2_VERSION,
        "tlsv1.3": SSL.TLS1_3_VERSION,
    }
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(versions.get(least, 0))
    context.set_max_proto_version(versions.get(most, 0))
    context.set_info_callback(_note)
    if one_group:
        from cryptography.hazmat.primitives.asymmetric import ec

        context.set_tmp_ecdh(ec.SECP256R1())
    if alpn:
        context.set_alpn_protos([alpn])
    return context


def _session(connection: SSL.Connection, log: _Log) -> Session:
    from OpenSSL import crypto

    presented = connection.get_peer_cert_chain() or []
    return Session(
        version=connection.get_protocol_version_name(),
        cipher=connection.get_cipher_name() or "",
        alpn=connection.get_alpn_proto_negotiated().decode("ascii", "replace"),
        chain=tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate) for certificate in presented),
        client_certificate_requested=log.certificate_request,
        hello_answered=log.server_hello,
    )


def _reason(error: Any) -> str:
    """OpenSSL's reason (`tlsv1 alert protocol version`); pyOpenSSL gives triples of library, function, reason."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else []
    reasons = [reason for _, _, reason in queue if reason]
    return str(reasons[0]) if reasons else re.sub(r"\s+", " ", str(error)).strip()


_NOT_TLS = (
    "wrong version number",
    "http request",
    "https proxy request",
    "packet length too long",
    "record layer failure",
)
"""OpenSSL's words for bytes that are no TLS at all."""

_CLOSE_NOTIFY = 0
_ALERTS = {
    10: "unexpected_message",
    20: "bad_record_mac",
    22: "record_overflow",
    40: "handshake_failure",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}
"""RFC 8446, 6, by number."""
