"""A server with several addresses, some of which refuse or are silent: it writes down to which of them a driver comes.

It runs inside a network namespace with a plan on its standard input, hands the programs of the plan one connection
string after the other, each program on ports of its own and a few side by side, and prints as JSON who came where.
Nothing but the standard library.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

_SSL, _GSS = 80877103, 80877104
_SIDE_BY_SIDE = 3
_MOST = 20
"""Who comes so often for one string comes without end."""


class Ports:
    """What one driver is shown: each situation of the plan on a port of its own."""

    def __init__(self, situations: Mapping[str, Any], base: int) -> None:
        self._situations = situations
        self._ports = {name: base + at for at, name in enumerate(situations)}
        self._kept: list[socket.socket] = []
        self.came: dict[str, list[str]] = {name: [] for name in situations}
        self.enough = {name: asyncio.Event() for name in situations}

    def of(self, situation: str) -> int:
        return self._ports[situation]

    async def open(self) -> None:
        for name, port in self._ports.items():
            situation = self._situations[name]
            await asyncio.start_server(partial(self._serve, name), situation["listens"], port)
            for address in situation.get("silent", ()):
                self._be_silent(address, port)

    def _be_silent(self, address: str, port: int) -> None:
        """A full queue: the kernel drops what comes."""
        for each in range(4):
            one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
            self._kept.append(one)
            if each == 0:
                one.bind((address, port))
                one.listen(0)
            else:
                one.setblocking(False)
                one.connect_ex((address, port))

    async def _serve(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came = self.came[name]
        if len(came) < _MOST:
            came.append(writer.get_extra_info("sockname")[0])
        else:
            self.enough[name].set()
        with contextlib.suppress(OSError, EOFError):
            await _answer(self._situations[name].get("error", ""), reader, writer)
        with contextlib.suppress(OSError):
            writer.close()


async def _answer(error: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The error with this SQLSTATE to the start-up message, or nothing."""
    while True:
        size, code = struct.unpack("!ii", await reader.readexactly(8))
        if code not in (_SSL, _GSS):
            break
        writer.write(b"N")
    await reader.readexactly(size - 8)
    if error:
        fields = b"SFATAL\0VFATAL\0C" + error.encode() + b"\0Mnot now\0\0"
        writer.write(b"E" + struct.pack("!i", len(fields) + 4) + fields)
        await writer.drain()


async def _ask(program: Mapping[str, Any], situations: Mapping[str, Any], base: int) -> dict[str, list[str]]:
    """Where one driver comes in each situation."""
    ports = Ports(situations, base)
    await ports.open()
    process: Process | None = None
    for name, text in program["strings"].items():
        target = text.replace("PORT", str(ports.of(name)))
        command: Sequence[str] = program["command"]
        if "{target}" in command:
            process = await _start([target if word == "{target}" else word for word in command], program)
            ends: Any = process.wait()
        else:
            if process is None or process.returncode is not None:
                process = await _start(command, program)
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(target).encode() + b"\n")
            ends = process.stdout.readline()
        both = {asyncio.ensure_future(ends), asyncio.ensure_future(ports.enough[name].wait())}
        _, going_on = await asyncio.wait(both, timeout=situations[name]["limit_s"], return_when=asyncio.FIRST_COMPLETED)
        for each in going_on:
            each.cancel()
        if len(going_on) == len(both) or ports.enough[name].is_set():
            await _end(process)
    if process is not None:
        await _end(process)
    return ports.came


async def _start(command: Sequence[str], program: Mapping[str, Any]) -> Process:
    environment = {**os.environ, **program["environment"]}
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment)


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _main(plan: Mapping[str, Any]) -> None:
    turns = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def in_turn(program: Mapping[str, Any], base: int) -> dict[str, list[str]]:
        async with turns:
            return await _ask(program, plan["situations"], base)

    programs = plan["programs"]
    asked = (in_turn(program, 20000 + 20 * at) for at, program in enumerate(programs.values()))
    print(json.dumps(dict(zip(programs, await asyncio.gather(*asked), strict=True))))


if __name__ == "__main__":
    asyncio.run(_main(json.load(sys.stdin)))
