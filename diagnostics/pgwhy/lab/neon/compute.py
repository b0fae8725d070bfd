"""The Postgres behind the gateway: connecting to it as Neon's proxy does, and passing bytes on afterwards."""

from __future__ import annotations

import asyncio
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


@dataclass(frozen=True)
class Compute:
    """A connection to Postgres that is ready for queries."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    greeting: bytes
    """ParameterStatus, BackendKeyData and ReadyForQuery as they came."""
    key: bytes
    """What a CancelRequest must carry to interrupt this session; empty where the server gave none."""


def startup_parameters(asked: Mapping[str, str], options: str, everything: bool) -> dict[str, str]:
    """What goes on to Postgres of what a client asked for: four parameters and `options`; the rest is dropped.

    `client_encoding` is always UTF8 (docs/neon.md, 2.2).
    """
    kept = {name: value for name, value in asked.items() if everything or name in _FORWARDED}
    kept |= {"options": options, "client_encoding": "UTF8"}
    return {name: value for name, value in kept.items() if value}


async def connect(address: Address, parameters: Mapping[str, str], password: Secret) -> Compute:
    """Log in. Raises `Refusal`: Postgres' own errors keep their text and lose everything else."""
    try:
        reader, writer = await _reach(address)
    except OSError:
        raise Refusal(messages.COMPUTE_UNREACHABLE) from None
    try:
        writer.write(wire.startup_message(parameters))
        await _log_in(reader, writer, password)
        greeting, key = await _greeting(reader)
    except (asyncio.IncompleteReadError, OSError):
        writer.close()
        raise Refusal(messages.COMPUTE_UNREACHABLE) from None
    except BaseException:
        writer.close()
        raise
    return Compute(reader, writer, greeting, key)


async def cancel(address: Address, key: bytes) -> None:
    """Send a CancelRequest; there is never an answer."""
    try:
        _, writer = await _reach(address)
    except OSError:
        return
    writer.write(wire.cancel_request(key))
    writer.close()


async def _reach(address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
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


async def _log_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, password: Secret) -> None:
    exchange = ClientExchange(password)
    while True:
        kind, body = await _message(reader)
        if kind != b"R":
            continue
        code, _ = wire.read_authentication(body)
        if code == wire.Auth.OK:
            return
        if code == wire.Auth.CLEARTEXT_PASSWORD:
            writer.write(wire.password_message(password.reveal().encode()))
        elif code == wire.Auth.SASL:
            writer.write(wire.sasl_initial(MECHANISM, exchange.first()))
        elif code == wire.Auth.SASL_CONTINUE:
            writer.write(wire.message(b"p", exchange.final(body[4:])))
        elif code != wire.Auth.SASL_FINAL:
            raise Refusal(f"Unsupported authentication method: {code}")


async def _greeting(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    greeting, key = b"", b""
    while True:
        kind, body = await _message(reader)
        greeting += wire.message(kind, body)
        if kind == b"K":
            key = body
        if kind == b"Z":
            return greeting, key


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next message; an error is raised as `Refusal` with its text."""
    kind, length = wire.split_header(await reader.readexactly(5))
    body = await reader.readexactly(length)
    if kind == b"E":
        raise Refusal(wire.error_fields(body).get("M", ""))
    return kind, body


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
