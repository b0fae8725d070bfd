"""SCRAM-SHA-256 on both sides, without I/O: the gateway is a server to its clients and a client to its Postgres.

Source: RFC 5802, RFC 7677, and PostgreSQL's chapter "SASL Authentication": the user name in the exchange is empty or
ignored, and only the channel binding `tls-server-end-point` exists.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field

from pgwhy.lab.neon import messages
from pgwhy.lab.neon.messages import Refusal
from pgwhy.secret import Secret

MECHANISM = "SCRAM-SHA-256"
MECHANISM_PLUS = "SCRAM-SHA-256-PLUS"
CHANNEL_BINDING = "tls-server-end-point"
_ITERATIONS = 4096


class BadPassword(Exception):
    """The proof does not fit: the password is another one."""


@dataclass(frozen=True)
class Verifier:
    """What a server keeps instead of a password."""

    salt: bytes
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)

    @classmethod
    def of(cls, password: Secret) -> Verifier:
        salt = secrets.token_bytes(16)
        salted = _salted(password, salt, _ITERATIONS)
        return cls(salt, hashlib.sha256(_mac(salted, b"Client Key")).digest(), _mac(salted, b"Server Key"))

    @classmethod
    def mock(cls, seed: bytes, user: str) -> Verifier:
        """For a role that does not exist: the same salt every time, and no password that fits."""
        return cls(_mac(seed, user.encode())[:16], secrets.token_bytes(32), secrets.token_bytes(32))


class ServerExchange:
    """One exchange as the server. `binding` is the certificate's hash for channel binding; `None`: no PLUS."""

    def __init__(self, verifier: Verifier, binding: bytes | None) -> None:
        self.verifier = verifier
        self.binding = binding
        self._client_first = ""
        self._header = ""
        self._server_first = ""

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """What to offer, best first."""
        return (MECHANISM,) if self.binding is None else (MECHANISM_PLUS, MECHANISM)

    def first(self, mechanism: str, data: bytes) -> bytes:
        """The answer to the client's first message. Raises `Refusal` in the words of Neon's proxy."""
        if mechanism not in self.mechanisms:
            raise Refusal(messages.PROTOCOL_VIOLATION)
        flag, _, rest = data.decode("utf-8", "replace").partition(",")
        authorisation, _, self._client_first = rest.partition(",")
        self._header = f"{flag},{authorisation},"
        if flag == "y" and self.binding is not None:
            raise Refusal(messages.SCRAM_PLUS_NOT_USED)
        if flag.startswith("p="):
            if flag != f"p={CHANNEL_BINDING}":
                raise Refusal(messages.UNSUPPORTED_CHANNEL_BINDING.format(method=flag[2:]))
        elif flag not in ("y", "n"):
            raise Refusal(messages.PROTOCOL_VIOLATION)
        nonce = _attributes(self._client_first).get("r", "") + secrets.token_urlsafe(18)
        self._server_first = f"r={nonce},s={_text(self.verifier.salt)},i={_ITERATIONS}"
        return self._server_first.encode()

    def final(self, data: bytes) -> bytes:
        """The answer to the client's proof. Raises `Refusal`, or `BadPassword` where the proof does not fit."""
        without_proof, _, proof = data.decode("utf-8", "replace").rpartition(",p=")
        given = _attributes(without_proof)
        bound = self.binding if self._header.startswith("p=") and self.binding is not None else b""
        if given.get("c") != _text(self._header.encode() + bound):
            raise Refusal(messages.CHANNEL_DATA_MISMATCH)
        if given.get("r") != _attributes(self._server_first)["r"]:
            raise Refusal(messages.PROTOCOL_VIOLATION)
        transcript = f"{self._client_first},{self._server_first},{without_proof}".encode()
        client_key = _xor(_bytes(proof), _mac(self.verifier.stored_key, transcript))
        if not hmac.compare_digest(hashlib.sha256(client_key).digest(), self.verifier.stored_key):
            raise BadPassword
        return f"v={_text(_mac(self.verifier.server_key, transcript))}".encode()


class ClientExchange:
    """One exchange as the client, without channel binding: towards a server on this machine."""

    def __init__(self, password: Secret) -> None:
        self._password = password
        self._client_first = f"n=,r={secrets.token_urlsafe(18)}"

    def first(self) -> bytes:
        return f"n,,{self._client_first}".encode()

    def final(self, server_first: bytes) -> bytes:
        """The proof, as answer to the server's first message."""
        text = server_first.decode()
        given = _attributes(text)
        salted = _salted(self._password, _bytes(given["s"]), int(given["i"]))
        without_proof = f"c={_text(b'n,,')},r={given['r']}"
        client_key = _mac(salted, b"Client Key")
        transcript = f"{self._client_first},{text},{without_proof}".encode()
        proof = _xor(client_key, _mac(hashlib.sha256(client_key).digest(), transcript))
        return f"{without_proof},p={_text(proof)}".encode()


def _salted(password: Secret, salt: bytes, iterations: int) -> bytes:
    # The part of SASLprep (RFC 4013) that changes anything people type: compatibility normalisation.
    prepared = unicodedata.normalize("NFKC", password.reveal())
    return hashlib.pbkdf2_hmac("sha256", prepared.encode(), salt, iterations)


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))


def _attributes(text: str) -> dict[str, str]:
    return {part[0]: part[2:] for part in text.split(",") if part[1:2] == "="}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Refusal(messages.PROTOCOL_VIOLATION) from None
