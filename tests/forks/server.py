"""A process that has imported everything, and forks for each command that a client asks for.

    python -P server.py SOCKET CLUSTERS

CLUSTERS is the folder of `pgwhy.lab.postgres.server.initialised`, or empty.

It ends with its standard input. For each client there is a keeper, which enters the client's namespaces, forks the
command, and ends it if the client is gone. What a command imports is imported here before the next one.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import io
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import NoReturn

STREAMS = 3
NAMESPACES = ("user", "net", "mnt", "pid")
FIRST = ("pgwhy.cli", "pgwhy.lab.faults.serve")
READS = (
    ("explain", "psycopg.OperationalError: FATAL: password authentication failed", "--json"),
    ("check", "postgresql://somebody@127.0.0.1:1/nothing", "--no-login", "--json"),
)
"""Commands that load what is loaded once in a process, all of which is data of ours: the rules, the catalogue."""
_libc = ctypes.CDLL(None, use_errno=True)


def serve(path: str, clusters: str) -> None:
    for name in FIRST:
        importlib.import_module(name)
    if clusters:
        importlib.import_module("pgwhy.lab.postgres.server").initialised = Path(clusters)  # type: ignore[attr-defined]
    _read()
    gc.freeze()
    learned, learning = os.pipe()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([sys.stdin, learned, listener], [], [])
            if sys.stdin in ready:
                return
            if learned in ready:
                _learn(os.read(learned, 1 << 16).decode())
            if listener in ready:
                client, _ = listener.accept()
                if os.fork() == 0:
                    listener.close()
                    os.close(learned)
                    _keep(client, learning)
                client.close()
                _reap()


def _read() -> None:
    from pgwhy.cli import run

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        for command in READS:
            run(list(command))
    for thread in threading.enumerate():  # a process with threads is not to be forked
        if thread is not threading.current_thread():
            thread.join()


def _reap() -> None:
    """Wait for the keepers that are over: so their processor time is ours, and that of who waits for us."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _learn(names: str) -> None:
    for name in filter(None, names.split("\n")):
        with contextlib.suppress(Exception):  # part of a line, or a module that a command makes
            importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _keep(client: socket.socket, learning: int) -> NoReturn:
    status = 70
    try:
        _, files, _, _ = socket.recv_fds(client, 1, STREAMS + len(NAMESPACES))
        asked = json.loads(_line(client))
        _enter(files[STREAMS:])
        command = os.fork()
        if command == 0:
            client.close()
            _become(asked, files[:STREAMS], learning)
        for file in files:
            os.close(file)
        for stream in range(STREAMS):
            os.close(stream)
        status = _ended(command, client)
    except BaseException:
        traceback.print_exc()
    try:
        client.sendall(str(status).encode())
    finally:
        os._exit(0)


def _line(client: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        more = client.recv(1 << 16)
        if not more:
            os._exit(0)
        line += more
    return line


def _enter(namespaces: list[int]) -> None:
    """Those that are not ours already."""
    for name, file in zip(NAMESPACES, namespaces, strict=True):
        own = os.stat(f"/proc/self/ns/{name}")  # noqa: PTH116
        if os.fstat(file).st_ino != own.st_ino and _libc.setns(file, 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"setns {name}: {os.strerror(number)}")


def _ended(command: int, client: socket.socket) -> int:
    """The exit status of the command; it is killed when the client is."""
    with open(os.pidfd_open(command), "rb", buffering=0) as running:  # noqa: PTH123
        ready, _, _ = select.select([running, client], [], [])
        if running not in ready:
            os.kill(command, signal.SIGKILL)
        _, status = os.waitpid(command, 0)
    return os.waitstatus_to_exitcode(status)


def _become(asked: dict[str, object], streams: list[int], learning: int) -> NoReturn:
    """The command, from its first line to its last, as a fresh interpreter would run it with -P -m."""
    os.setsid()
    for number, file in enumerate(streams):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(asked["environment"])  # type: ignore[call-overload]
    os.chdir(str(asked["folder"]))
    sys.stdin = io.TextIOWrapper(open(0, "rb", closefd=False), "utf-8")  # noqa: SIM115
    sys.argv = list(asked["arguments"])  # type: ignore[call-overload]
    known, status = set(sys.modules), 0
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    new = [name for name in set(sys.modules) - known if name != "__main__" and not name.startswith("__")]
    os.write(learning, "".join(f"{name}\n" for name in sorted(new))[: select.PIPE_BUF].encode())
    os._exit(status)


if __name__ == "__main__":
    serve(*sys.argv[1:])
