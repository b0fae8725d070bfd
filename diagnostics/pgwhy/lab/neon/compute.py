"""The Postgres behind the gateway: connecting to it as Neon's proxy does, and passing bytes on afterwards."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from pgwhy.lab.neon import messages
from pgwhy.lab.neon.messages import Refusal
from pgwhy.lab.neon.scram import MECHANISM, ClientExchange
from pgwhy.lab.sockets.door import Address
from pgwhy.network import wire
from pgwhy.secret import Secret

_FORWARDED = ("user", "database", "application_name", "replication")
_CHUNK = 65_536
_WAITS = (1 / 7, 2 / 7, 4 / 7)
"""Between the tries at a compute that refuses, as parts of the whole time."""
_LOGIN_RETRIED = ("08P01", "28P01")
"""SQLSTATEs of a failed login after which the proxy tries once more (protocol violation, invalid password)."""


@dataclass(frozen=True)
class Retries:
    """How long Neon's proxy tries again before it says what is wrong, in seconds (docs/neon.md, 3.6)."""

    refused_s: float = 3.0
    """The compute refuses TCP."""
    dropped_s: float = 15.8
    """The compute does not answer SYN."""
    wake_s: float = 4.4
    """The control plane gives a reason that may pass (`OnDemand.retried`)."""

    def scaled(self, factor: float) -> Retries:
        return Retries(self.refused_s * factor, self.dropped_s * factor, self.wake_s * factor)


@dataclass(frozen=True)
class Compute:
    """A connection to Postgres that is ready for queries."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    greeting: bytes
    """ParameterStatus and notices as they came."""
    key: bytes
    """What a CancelRequest must carry to interrupt this session; empty where the server gave none."""
    ready: bytes
    """ReadyForQuery as it came."""


class _Lost(Refusal):
    """The compute ended the connection during the login."""


def startup_parameters(asked: Mapping[str, str], options: str, everything: bool) -> dict[str, str]:
    """What goes on to Postgres of what a client asked for: four parameters and `options`; the rest is dropped.

    `client_encoding` is then UTF8. With `everything` nothing is dropped or forced (docs/neon.md, 2.2).
    """
    kept = {name: value for name, value in asked.items() if everything or name in _FORWARDED}
    kept |= {"options": options} if everything else {"options": options, "client_encoding": "UTF8"}
    return {name: value for name, value in kept.items() if value}


async def connect(address: Address, parameters: Mapping[str, str], password: Secret, retries: Retries) -> Compute:
    """Log in. Raises `Refusal`: on 5432, Postgres' own errors keep their text and lose everything else.

    A login that the compute breaks off, or refuses for the password or the protocol, is tried once more.
    """
    try:
        return await _connect(address, parameters, password, retries)
    except Refusal as refusal:
        if not isinstance(refusal, _Lost) and refusal.fields.get("C") not in _LOGIN_RETRIED:
            raise
    return await _connect(address, parameters, password, retries)


async def cancel(address: Address, key: bytes) -> None:
    """Send a CancelRequest; there is never an answer."""
    try:
        _, writer = await _open(address)
    except OSError:
        return
    writer.write(wire.cancel_request(key))
    writer.close()


async def _connect(address: Address, parameters: Mapping[str, str], password: Secret, retries: Retries) -> Compute:
    reader, writer = await _reach(address, retries)
    try:
        writer.write(wire.startup_message(parameters))
        greeting = await _log_in(reader, writer, password)
        return await _greeted(reader, writer, greeting)
    except asyncio.IncompleteReadError:
        writer.close()
        raise _Lost(messages.COMPUTE_CLOSED, status=500) from None
    except OSError:
        writer.close()
        raise _Lost(messages.COMPUTE_RESET, status=500) from None
    except BaseException:
        writer.close()
        raise


async def _reach(address: Address, retries: Retries) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection. A refusal and a lost SYN are tried again, whatever else fails is not. Raises `Refusal`."""
    patience_s = (retries.dropped_s - retries.refused_s) / (len(_WAITS) + 1)
    for wait in (*_WAITS, None):
        try:
            async with asyncio.timeout(patience_s):
                return await _open(address)
        except (ConnectionRefusedError, TimeoutError):
            if wait is not None:
                await asyncio.sleep(wait * retries.refused_s)
        except OSError:
            break
    raise Refusal(messages.COMPUTE_UNREACHABLE, status=500)


async def _open(address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.host.startswith("/"):
        return await asyncio.open_unix_connection(f"{address.host}/.s.PGSQL.{address.port}")
    return await asyncio.open_connection(address.host, address.port)


async def splice(compute: Compute, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes both ways, untouched, until either side ends."""
    ways = {
        asyncio.create_task(_copy(reader, compute.writer)),
        asyncio.create_task(_copy(compute.reader, writer)),
    }
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        compute.writer.close()


async def _log_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, password: Secret) -> bytes:
    """Until AuthenticationOk; gives what else came before it."""
    exchange = ClientExchange(password)
    beside = b""
    while True:
        kind, body = await message(reader)
        if kind != b"R":
            beside += wire.message(kind, body)
            continue
        code, _ = wire.read_authentication(body)
        if code == wire.Auth.OK:
            return beside
        if code == wire.Auth.CLEARTEXT_PASSWORD:
            writer.write(wire.password_message(password.reveal().encode()))
        elif code == wire.Auth.SASL:
            writer.write(wire.sasl_initial(MECHANISM, exchange.first()))
        elif code == wire.Auth.SASL_CONTINUE:
            writer.write(wire.message(b"p", exchange.final(body[4:])))
        elif code != wire.Auth.SASL_FINAL:
            raise Refusal(f"Unsupported authentication method: {code}", status=500)


async def _greeted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, greeting: bytes) -> Compute:
    key = b""
    while True:
        kind, body = await message(reader)
        if kind == b"Z":
            return Compute(reader, writer, greeting, key, wire.message(kind, body))
        if kind == b"K":
            key = body
        else:
            greeting += wire.message(kind, body)


async def message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next message, type byte and body. An error is raised as `Refusal` with its text and fields."""
    # Not `wire.split_header`: behind the login a message may be long, and its type a digit.
    kind, length = struct.unpack("!ci", await reader.readexactly(5))
    body = await reader.readexactly(length - 4)
    if kind == b"E":
        fields = wire.error_fields(body)
        raise Refusal(fields.get("M", ""), 400 if fields.get("C") == "3D000" else 500, fields)
    return kind, body


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
