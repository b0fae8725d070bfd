"""A Postgres client in blocking sockets that does what it is told, right or wrong, to see the gateway's exact bytes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import ssl
import struct
from collections.abc import Mapping

from pgwhy.network import wire

NONCE = "rOprNGfwEbeRWgbN"


class RawClient:
    """One connection; `close` it, or use it as a context manager. Every read gives up after five seconds."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket: socket.socket = socket.create_connection((host, port), timeout=5)

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> RawClient:
        self.socket.sendall(data)
        return self

    def request_tls(self, sni: str | None, alpn: tuple[str, ...] = ()) -> RawClient:
        """SSLRequest, then the handshake."""
        assert self.send(wire.SSL_REQUEST).exactly(1) == b"S"
        return self.tls(sni, alpn)

    def tls(self, sni: str | None, alpn: tuple[str, ...] = ()) -> RawClient:
        """The handshake at once; nothing is verified."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if alpn:
            context.set_alpn_protocols(list(alpn))
        self.socket = context.wrap_socket(self.socket, server_hostname=sni)
        return self

    @property
    def certificate(self) -> bytes:
        """The server's, as DER."""
        assert isinstance(self.socket, ssl.SSLSocket)
        return self.socket.getpeercert(binary_form=True) or b""

    def start(self, version: int = wire.PROTOCOL_3_0, **parameters: str) -> RawClient:
        return self.send(wire.startup_message(parameters, version))

    def exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            assert part, f"the connection ended after {data!r}"
            data += part
        return data

    def message(self) -> tuple[bytes, bytes]:
        """The next message: type byte and body."""
        kind, length = wire.split_header(self.exactly(5))
        return kind, self.exactly(length)

    def rest(self) -> bytes:
        """Everything until the server ends the connection."""
        data = b""
        try:
            while part := self.socket.recv(4096):
                data += part
        except ssl.SSLEOFError:
            pass
        return data

    def offered(self) -> tuple[str, ...]:
        """The SASL mechanisms of the next message."""
        kind, body = self.message()
        assert kind == b"R", body
        return wire.read_authentication(body)[1]


def scram_first(header: str = "n,,", nonce: str = NONCE) -> bytes:
    """The client's first message of an exchange; PLUS where the header says `p=`."""
    mechanism = "SCRAM-SHA-256-PLUS" if header.startswith("p=") else "SCRAM-SHA-256"
    return wire.sasl_initial(mechanism, f"{header}n=,r={nonce}".encode())


def scram_final(server_first: bytes, password: str, header: str = "n,,", bound: bytes = b"") -> bytes:
    """The client's proof (RFC 5802, section 3), written apart from the lab's own."""
    given = dict(part.split("=", 1) for part in server_first.decode().split(","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(given["s"]), int(given["i"]))
    key = hmac.digest(salted, b"Client Key", "sha256")
    without_proof = f"c={base64.b64encode(header.encode() + bound).decode()},r={given['r']}"
    nonce = given["r"][: len(NONCE)]
    transcript = f"n=,r={nonce},{server_first.decode()},{without_proof}".encode()
    signature = hmac.digest(hashlib.sha256(key).digest(), transcript, "sha256")
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature, strict=True))).decode()
    return wire.message(b"p", f"{without_proof},p={proof}".encode())


def error(text: str) -> bytes:
    """The bytes of every error of the proxy's own: S, C and M, and nothing else (docs/neon.md, 3.1)."""
    body = b"SERROR\0CXX000\0M" + text.encode() + b"\0\0"
    return b"E" + struct.pack("!i", len(body) + 4) + body


def fields(of: bytes) -> Mapping[str, str]:
    """The fields of an error message with its header."""
    return wire.error_fields(of[5:])
