"""A server that no driver gets past: it writes down who comes where, and asks what it must to see more.

It runs inside a network namespace, where /tmp and /run are its own, with a plan on its standard input. It starts each
program of the plan once, hands it one connection string after the other, and prints as JSON who came for each. Nothing
but the standard library.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

_SSL, _GSS, _PROTOCOL_3 = 80877103, 80877104, 196608
_WITH_TLS = 6432
"""The port that says yes to an SSLRequest, and then only reads the name in the handshake."""
_LIMIT_S = 8.0
_LISTENS = (("0.0.0.0", "::"), (5432, 5433, _WITH_TLS)), (("127.0.0.1", "127.0.0.3"), (5434,))
_SERVICES = "/tmp/pg_service.conf"
_FOLDERS = ("/tmp", "/var/run/postgresql", "/tmp/odd")

Came = dict[str, Any]


class Recorder:
    """Who has come since the last question."""

    def __init__(self) -> None:
        self.came: list[Came] = []

    async def listen(self) -> None:
        """Every address of the plan, and the sockets that a client may look for."""
        for addresses, ports in _LISTENS:
            for address in addresses:
                for port in ports:
                    await asyncio.start_server(self._serve, address, port)
        for folder in _FOLDERS:
            for port in (5432, 5433):
                path = f"{folder}/.s.PGSQL.{port}"
                await asyncio.start_unix_server(partial(self._serve, path=path), path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str = "") -> None:
        address, port = ("", 0) if path else writer.get_extra_info("sockname")[:2]
        came: Came = {"address": path or address.removeprefix("::ffff:"), "port": port, "ssl": False}
        with contextlib.suppress(OSError, EOFError):
            await self._talk(came, reader, writer, port)
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()

    async def _talk(self, came: Came, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        while True:
            (size, code) = struct.unpack("!ii", await reader.readexactly(8))
            if code == _GSS:
                writer.write(b"N")
            elif code == _SSL:
                came["ssl"] = True
                self.came.append(came) if came not in self.came else None
                if port == _WITH_TLS:
                    writer.write(b"S")
                    kind, _, _, length = struct.unpack("!BBBH", await reader.readexactly(5))
                    came["sni"] = _server_name(await reader.readexactly(length)) if kind == 22 else None
                    return
                writer.write(b"N")
            else:
                break
        fields = (await reader.readexactly(size - 8)).rstrip(b"\0").split(b"\0")
        if code & 0xFFFF0000 != _PROTOCOL_3:
            return
        startup = {n.decode(): v.decode("utf-8", "replace") for n, v in zip(fields[::2], fields[1::2], strict=False)}
        came["user"] = startup.pop("user", "")
        came["database"] = startup.pop("database", came["user"])
        came["parameters"] = {name: startup[name] for name in sorted(startup) if name in _SHOWN and startup[name]}
        self.came.append(came) if came not in self.came else None
        writer.write(b"R" + struct.pack("!ii", 8, 3))
        kind = await reader.readexactly(1)
        (size,) = struct.unpack("!i", await reader.readexactly(4))
        if kind == b"p":
            came["password"] = (await reader.readexactly(size - 4)).rstrip(b"\0").decode("utf-8", "replace")
        error = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0"
        writer.write(b"E" + struct.pack("!i", len(error) + 4) + error)


_SHOWN = ("applicaton_name", "options", "host", "service", "port")
"""What shows how a string was read, unless it is empty: pgx now sends that and now does not. The rest of a start-up
message is the driver's own."""


def _server_name(hello: bytes) -> str | None:
    """The server name of a ClientHello (RFC 8446, 4.1.2; RFC 6066, 3); `None` without one."""
    at = 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 1 + hello[at]
    end = at + 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 2
    while at < end:
        kind, length = struct.unpack("!HH", hello[at : at + 4])
        if kind == 0:
            return hello[at + 9 : at + 4 + length].decode("ascii", "replace")
        at += 4 + length
    return None


async def _ask(program: Mapping[str, Any], strings: Mapping[str, str], recorder: Recorder) -> dict[str, Any]:
    """What one driver does with each string."""
    answers: dict[str, Any] = {}
    process: Process | None = None
    for name, text in strings.items():
        recorder.came.clear()
        if "{target}" in program["command"]:
            command = [text if word == "{target}" else word for word in program["command"]]
            once = await _start(command, program["environment"])
            said = await _read(once.communicate())
            complaint = said[1].decode("utf-8", "replace") if said else "nothing"
            if said is None:
                await _end(once)
        else:
            if process is None or process.returncode is not None:
                process = await _start(program["command"], program["environment"])
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(text).encode() + b"\n")
            line = await _read(process.stdout.readline())
            complaint = line.decode("utf-8", "replace") if line else "nothing"
            if not line:
                print("ERR", (await _read(process.stderr.read(3000)) or b"").decode(), file=sys.stderr)
            if not line:
                await _end(process)
        if complaint == "nothing":
            print(program["command"], name, "hangs", file=sys.stderr)
        answers[name] = {"came": [dict(each) for each in recorder.came], "said": complaint.strip()}
    if process is not None:
        await _end(process)
    return answers


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _start(command: list[str], environment: Mapping[str, str]) -> Process:
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env={**os.environ, "PGSERVICEFILE": _SERVICES, **environment}
    )


async def _read(said: Any) -> Any:
    """`None` past the limit: then the driver hangs, and that is an answer, too."""
    try:
        return await asyncio.wait_for(said, _LIMIT_S)
    except TimeoutError:
        return None


async def _main(plan: Mapping[str, Any]) -> None:
    for folder in _FOLDERS:
        Path(folder).mkdir(parents=True, exist_ok=True)
    Path(_SERVICES).write_text(plan["services"], encoding="utf-8")
    recorder = Recorder()
    await recorder.listen()
    answers = {}
    for name, program in plan["programs"].items():
        answers[name] = await _ask(program, program["strings"], recorder)
    print(json.dumps(answers))


if __name__ == "__main__":
    asyncio.run(_main(json.load(sys.stdin)))
