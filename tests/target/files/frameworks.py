"""Which server, role, database and password a framework goes to with a settings file: measured with the framework.

`python -m tests.target.files.frameworks [NAME ...]` runs them again and writes fixtures/frameworks/measured.json; what
`make drivers` leaves out is built by `python tests/drivers/build.py RECIPE` before.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.drivers import build

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "fixtures/frameworks"
FRAMEWORKS: Mapping[str, Mapping[str, Any]] = tomllib.loads((FOLDER / "frameworks.toml").read_text(encoding="utf-8"))
MEASURED = FOLDER / "measured.json"
VARIABLES = {"SHOP_DB_PASSWORD": "p4ssword-of-the-shop"}
SERVER = "127.0.0.2"
PHP = Path("/usr/share/php")
"""Where Debian has PHP's libraries."""
_LIMIT_S = 60


@dataclass(frozen=True)
class Went:
    """What the server sees of a client."""

    host: str
    user: str
    database: str
    password: str


def light() -> list[str]:
    """The frameworks that run in every run of the tests."""
    heavy = {name for name, recipe in build.RECIPES.items() if recipe.by_name}
    return [name for name in FRAMEWORKS if FRAMEWORKS[name]["recipe"] not in heavy]


class Missing(Exception):
    """This machine has not what the framework needs."""


def recorded() -> dict[str, Went]:
    """What was measured."""
    return {name: Went(**went) for name, went in json.loads(MEASURED.read_text(encoding="utf-8")).items()}


def kinds(name: str) -> Mapping[str, str]:
    """The kind of each file that tells pgwhy where the framework goes, the settings file first."""
    framework = FRAMEWORKS[name]
    return {framework["file"]: framework["kind"], **framework.get("also", {})}


def put(name: str, folder: Path, port: int, listen: int = 6432) -> Path:
    """Write the settings file, for a server on this port, and what lies beside it. Returns the settings file."""
    framework = FRAMEWORKS[name]
    file: str = framework["file"]
    for path, text in {file: framework["text"], **framework.get("beside", {})}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        text = text.replace("{port}", str(port)).replace("{listen}", str(listen))
        (folder / path).write_text(text, encoding="utf-8")
    return folder / file


def measured(name: str) -> Went:
    """Where the framework really goes. Raises `Missing`."""
    with tempfile.TemporaryDirectory() as place, socket.create_server((SERVER, 0)) as server:
        port, listen, folder = server.getsockname()[1], _free_port(), Path(place)
        command, environment = _program(name, folder, put(name, folder, port, listen))
        came: list[Went] = []
        thread = threading.Thread(target=_serve, args=(server, came), daemon=True)
        thread.start()
        with subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **VARIABLES, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        ) as process:
            try:
                if FRAMEWORKS[name]["recipe"] == "pgbouncer":
                    _knock(listen)
                thread.join(_LIMIT_S)
            finally:
                process.kill()
        if not came:
            raise RuntimeError(f"{name} did not come")
        return came[0]


def _program(name: str, folder: Path, file: Path) -> tuple[list[str], dict[str, str]]:
    recipe, run = FRAMEWORKS[name]["recipe"], FRAMEWORKS[name]["run"]
    if recipe in build.RECIPES and recipe != "ruby" and not (build.BUILT / f"{recipe}.stamp").is_file():
        raise Missing(f"the drivers of {recipe} are not built (python tests/drivers/build.py {recipe})")
    if recipe in ("python", "dbt"):
        return [sys.executable, "-P", "-c", run], {"PYTHONPATH": str(build.BUILT / recipe / "packages")}
    if recipe in ("spring", "spring-r2dbc"):
        java, jars = shutil.which("java"), build.BUILT / recipe
        if java is None:
            raise Missing("there is no Java on this machine")
        return [java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}:{jars}/jars/*", "Shop"], {}
    if recipe == "node-stacks":
        (folder / "node_modules").symlink_to(build.BUILT / "node-stacks/node_modules")
        return [build.node(), "-e", run], {}
    program = shutil.which(recipe, path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise Missing(f"{recipe} is not on this machine (make parts)")
    if recipe == "ruby":
        if subprocess.run([program, "-e", 'require "active_record"; require "pg"'], capture_output=True).returncode:
            raise Missing("Ruby has no active_record and pg")
        return [program, "-e", run], {}
    if recipe == "php":
        for needed in FRAMEWORKS[name].get("needs", ()):
            if not (PHP / needed).is_file():
                raise Missing(f"PHP has no {needed} (make parts)")
        return [program, "-r", run], {}
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    file.chmod(0o644)
    folder.chmod(0o755)
    return [program, *user, str(file)], {}


def _free_port() -> int:
    """A port for PgBouncer, which takes none by itself: it was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _knock(port: int) -> None:
    """Ask PgBouncer for its database, so that it goes to the server."""
    import psycopg

    for _ in range(100):
        try:
            psycopg.connect(
                f"host=127.0.0.1 port={port} dbname=shop user=any sslmode=disable", connect_timeout=5
            ).close()
        except psycopg.OperationalError as error:
            if "refused" in str(error):
                threading.Event().wait(0.05)
                continue
        return


def _serve(server: socket.socket, came: list[Went]) -> None:
    """Take clients until one has sent a password in clear text; each is refused then."""
    server.settimeout(_LIMIT_S)
    try:
        while not came:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(_LIMIT_S)
                _client(connection, came)
    except OSError:
        return


def _client(connection: socket.socket, came: list[Went]) -> None:
    parameters = _start(connection)
    if parameters is None:
        return
    connection.sendall(b"R" + struct.pack("!ii", 8, 3))
    kind, password = connection.recv(1), _message(connection)
    if kind == b"p":
        told = password.rstrip(b"\0").decode()
        came.append(Went(connection.getsockname()[0], parameters["user"], parameters["database"], told))
    error = b"SFATAL\0VFATAL\0C28P01\0Mthat is all\0\0"
    connection.sendall(b"E" + struct.pack("!i", len(error) + 4) + error)


def _start(connection: socket.socket) -> dict[str, str] | None:
    """The start-up parameters; TLS and GSS are declined first. `None` for a client that leaves."""
    for _ in range(3):
        body = _message(connection)
        if len(body) < 4:
            return None
        if struct.unpack("!i", body[:4])[0] in (80877103, 80877104):
            connection.sendall(b"N")
            continue
        words = body[4:].decode().split("\0")
        return dict(zip(words[::2], words[1::2], strict=False))
    return None


def _message(connection: socket.socket) -> bytes:
    head = _exactly(connection, 4)
    return _exactly(connection, struct.unpack("!i", head)[0] - 4) if len(head) == 4 else b""


def _exactly(connection: socket.socket, size: int) -> bytes:
    out = b""
    while len(out) < size and (piece := connection.recv(size - len(out))):
        out += piece
    return out


if __name__ == "__main__":
    known = recorded() if MEASURED.exists() else {}
    known |= {name: measured(name) for name in sys.argv[1:] or light()}
    content = {name: vars(went) for name, went in known.items()}
    MEASURED.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
