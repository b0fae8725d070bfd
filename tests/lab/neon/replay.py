"""Replays a conversation of fixtures/neon against a port of the lab, and tells what came back.

Blocking sockets, and no step is skipped: what a client sent to Neon's proxy is sent here, message for message.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import ssl
import struct
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from pgwhy.network import wire
from pgwhy.network.wire import Auth
from tests.lab.neon.raw_client import NONCE, scram_final

AT_ONCE_S = 2.5
"""Sooner than the shortest of the proxy's waits (3.0 s) is over."""
PATIENCE_S = 10.0
EARLY = 0.9
"""A wait may be shorter by a tenth than the recorded one, which contains the way there and back."""
_OLDEST = {"TLSv1.1": ssl.TLSVersion.TLSv1, "TLSv1.2": ssl.TLSVersion.TLSv1_2}
_NEWEST = {"TLSv1.1": ssl.TLSVersion.TLSv1_1, "TLSv1.2": ssl.TLSVersion.TLSv1_2}
_LEFT_OUT = ("V", "F", "L", "R")
"""Fields of an error that say where in which version of Postgres it was raised."""
_NAMES = {
    Auth.OK: "Ok",
    Auth.CLEARTEXT_PASSWORD: "CleartextPassword",
    Auth.SASL_CONTINUE: "SASLContinue",
    Auth.SASL_FINAL: "SASLFinal",
}


@dataclass(frozen=True)
class Place:
    """Where to replay. `scale`: one recorded second lasts so many seconds here."""

    port: int
    password: str
    scale: float


def waits(conversation: Sequence[Mapping[str, Any]]) -> bool:
    """Something in it comes late, or never."""
    return any("after" in step for step in conversation)


def replayed(conversation: Sequence[Mapping[str, Any]], place: Place) -> tuple[list[str], list[str]]:
    """What came back then and what comes back now, up to the first difference."""
    then, now = [], []
    with _Client(place, limit_s=PATIENCE_S if waits(conversation) else AT_ONCE_S) as client:
        for step in conversation:
            if "got" not in step:
                client.do(step)
                continue
            then.append(_neutral(step["got"]))
            now.append(client.read(step))
            if then[-1] != now[-1]:
                break
    return _rows_sorted(then), _rows_sorted(now)


class _Client:
    def __init__(self, place: Place, limit_s: float) -> None:
        self._place = place
        self._limit_s = limit_s
        self._socket: socket.socket = socket.create_connection(("127.0.0.1", place.port), timeout=limit_s)
        self._buffer = b""
        self._body = b""
        self._handshake = ""
        self._certificate = b""
        self._login: Mapping[str, Any] = {}
        self._sent_at = time.monotonic()

    def __enter__(self) -> _Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def do(self, step: Mapping[str, Any]) -> None:
        """Take a step of the client's."""
        self._sent_at = time.monotonic()
        if "connect" in step:
            self._socket.close()
            self._socket = socket.create_connection(("127.0.0.1", self._place.port), timeout=self._limit_s)
            self._buffer = b""
        elif "tls" in step:
            self._encrypt(step["tls"])
        elif step["send"] == "close":
            self._socket.close()
        else:
            with contextlib.suppress(OSError):  # what comes back tells why
                self._socket.sendall(self._message(step))

    def read(self, step: Mapping[str, Any]) -> str:
        """What the server does next, in the words of a recording; with its time, if that is too short."""
        if step["got"].startswith(("TLS ", "alert ")):
            return self._handshake
        # A wait for nothing is over when it has lasted as long as the recorded one.
        limit_s = step["after"] * self._place.scale if step["got"] == "nothing" else self._limit_s
        got = self._next(limit_s, step["got"].startswith("byte "))
        took_s = time.monotonic() - self._sent_at
        self._sent_at = time.monotonic()
        if took_s < EARLY * step.get("after", 0) * self._place.scale:
            return f"{got} after {took_s:.2f} s"
        return _neutral(got)

    def _next(self, limit_s: float, one_byte: bool) -> str:
        self._socket.settimeout(limit_s)
        try:
            if one_byte:
                byte = self._exactly(1)
                return f"byte {byte.decode() if byte.isalpha() else byte.hex()}"
            kind = b"S"
            while kind == b"S":  # ParameterStatus was not recorded
                kind, length = struct.unpack("!ci", self._exactly(5))
                self._body = self._exactly(length - 4)
            return named(kind, self._body)
        except EOFError:
            return "closed"
        except TimeoutError:
            return "nothing"
        except ConnectionResetError:
            return "reset"

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            try:
                part = self._socket.recv(65_536)
            except ssl.SSLEOFError:
                part = b""
            if not part:
                raise EOFError
            self._buffer += part
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _encrypt(self, asked: Mapping[str, Any]) -> None:
        context = insecure_context(asked.get("alpn", ()))
        if version := asked.get("newest"):
            with warnings.catch_warnings(action="ignore"):  # they are deprecated, which is why they are tried
                context.minimum_version, context.maximum_version = _OLDEST[version], _NEWEST[version]
            context.set_ciphers("ALL:@SECLEVEL=0")
        try:
            self._socket = encrypted = context.wrap_socket(self._socket, server_hostname=asked["sni"])
        except OSError as error:
            self._handshake = alert(error)
            return
        self._certificate = encrypted.getpeercert(binary_form=True) or b""
        name = x509.load_der_x509_certificate(self._certificate).subject.rfc4514_string().removeprefix("CN=")
        protocol = encrypted.selected_alpn_protocol() or "none"
        self._handshake = f"TLS {encrypted.version()}, ALPN {protocol}, certificate {name}"

    def _message(self, step: Mapping[str, Any]) -> bytes:
        kind = step["send"]
        if kind == "SSLRequest":
            return wire.SSL_REQUEST + (startup(step["then"]) if "then" in step else b"")
        if kind == "GSSENCRequest":
            return wire.GSSENC_REQUEST
        if kind == "CancelRequest":
            return wire.cancel_request(bytes.fromhex(step["body"]))
        if kind == "StartupMessage":
            return startup(step)
        if kind == "PasswordMessage":
            return wire.message(b"p", self._filled(step["body"]).encode())
        if kind == "Query":
            return wire.message(b"Q", step["sql"].encode() + b"\0")
        if kind == "SASLInitialResponse":
            self._login = step
            return wire.sasl_initial(step["mechanism"], f"{step['gs2']}n=,r={NONCE}".encode())
        if kind == "SASLResponse":
            header = self._login["gs2"]
            bound = hashlib.sha256(self._certificate).digest() if header.startswith("p=") else b""
            bound = bytes.fromhex(self._login.get("bound", bound.hex()))
            return scram_final(self._body[4:], self._filled(self._login["password"]), header, bound)
        assert kind == "bytes", kind
        return bytes.fromhex(step["hex"])

    def _filled(self, text: str) -> str:
        return text.replace("{password}", self._place.password)


def startup(step: Mapping[str, Any]) -> bytes:
    """A StartupMessage; "9900 x" in a parameter stands for so many letters."""
    major, minor = map(int, step["version"].split("."))
    parameters = {
        name: "x" * int(value.removesuffix(" x")) if re.fullmatch(r"\d+ x", value) else value
        for name, value in step["parameters"].items()
    }
    return wire.startup_message(parameters, major << 16 | minor)


def named(kind: bytes, body: bytes) -> str:
    """A message of the server's as a recording has it."""
    if kind == b"R":
        code, mechanisms = wire.read_authentication(body)
        return (
            f"AuthenticationSASL {' '.join(mechanisms)}" if code == Auth.SASL else f"Authentication{_NAMES[Auth(code)]}"
        )
    if kind in b"EN":
        fields = wire.error_fields(body).items()
        said = " ".join(f"{letter}={text}" for letter, text in fields if letter not in _LEFT_OUT)
        return ("ErrorResponse " if kind == b"E" else "NoticeResponse ") + re.sub(r"x{9000,}", "{9900 x}", said)
    if kind == b"v":
        version, count = struct.unpack_from("!ii", body)
        names = [name.decode() for name in body[8:].split(b"\0")[:count]]
        return f"NegotiateProtocolVersion {version >> 16}.{version & 0xFFFF} {' '.join(names)}"
    if kind == b"K":
        return f"BackendKeyData {len(body)} bytes"
    if kind == b"Z":
        return f"ReadyForQuery {body.decode()}"
    if kind == b"D":
        return f"DataRow {body[6:].decode()}"
    if kind == b"C":
        return f"CommandComplete {body.rstrip(bytes(1)).decode()}"
    return {b"T": "RowDescription"}[kind]


def insecure_context(protocols: Sequence[str]) -> ssl.SSLContext:
    """A client's that verifies nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def alert(error: OSError) -> str:
    """The alert that ended a handshake, else what OpenSSL says."""
    text = str(error).lower().replace("_", " ")
    found = re.search("no application protocol|handshake failure", text)
    return f"alert {found[0].replace(' ', '_')}" if found else text


def _neutral(text: str) -> str:
    return text.replace("{address}", "127.0.0.1")


def _rows_sorted(said: list[str]) -> list[str]:
    """The rows of a query have no order."""
    rows = iter(sorted(each for each in said if each.startswith("DataRow ")))
    return [next(rows) if each.startswith("DataRow ") else each for each in said]
