"""A network of our own on one Linux machine: a client side and a server side, with a cable between them.

Network namespaces, so ports 53, 443 and 5432 are free, packets can be dropped, and the true getaddrinfo asks our name
server. As root, or without any rights in a user namespace. There is no way out: neither side has a default route.
Everything hangs on one process, so nothing is left when it ends, even if we are killed.

    with Namespace() as network:
        served = network.serve({"fault": {...}, "gateway": {"hosts": [SERVERS[0]]}, "names": [...]})
        ran = network.run([sys.executable, "-m", "pgwhy", "env:DATABASE_URL"], {"DATABASE_URL": served["target"]})
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from pgwhy.lab.network import program
from pgwhy.lab.network.bridge import Link
from pgwhy.lab.network.cable import RESOLVERS, Side, plug
from pgwhy.lab.network.program import Program, communicate

_TOOLS = ("unshare", "nsenter", "ip", "mount")
_SWITCH = "passwd: files\ngroup: files\nhosts: files dns\nservices: files\n"
_LOCAL = {"127.0.0.1": ("localhost",), "::1": ("localhost", "ip6-localhost")}
# What holds a namespace: it says which process it is, as the machine outside counts, and ends when our end of its
# standard input is closed. A process that it ends gets a moment to clear up: Postgres removes its folder.
_HOLD = 'read -r pid _ </proc/self/stat && echo "$pid" && cat >/dev/null; rm -rf "$1"; sleep 2'


class NamespaceError(RuntimeError):
    """The network could not be made, or a program in it did not start; the message says why."""


class Ran(NamedTuple):
    """How a command ended."""

    status: int | None
    """`None`: it was still running at its limit, and was killed."""
    stdout: str
    stderr: str


class Namespace:
    """A context manager; entering it takes about 0.1 s.

    `resolvers` and `resolver_options` are the client's resolv.conf(5), `hosts` its hosts file (name → address, or
    several). Without `ipv6` no side has an IPv6 address. `link` puts delay and loss between the sides.
    `in_user_namespace` makes root do it as everybody else must.
    """

    folder: Path
    """A folder of its own: the home and working directory of what runs in it. Gone at the end."""

    def __init__(
        self,
        *,
        resolvers: Iterable[str] = RESOLVERS[:1],
        resolver_options: str = "",
        hosts: Mapping[str, str | Sequence[str]] | None = None,
        ipv6: bool = True,
        link: Link | None = None,
        in_user_namespace: bool = False,
    ) -> None:
        self.ipv6 = ipv6 and Path("/proc/net/if_inet6").exists()
        self._resolver_file = "".join(f"nameserver {address}\n" for address in resolvers)
        self._resolver_file += f"options {resolver_options}\n" if resolver_options else ""
        self._hosts: Mapping[str, str | Sequence[str]] = dict(hosts or {})
        self._link = link
        self._as_user = in_user_namespace or os.geteuid() != 0
        self._holders: dict[Side, int] = {}
        self._parts = ExitStack()

    def __enter__(self) -> Namespace:
        if reason := is_permitted():
            raise NamespaceError(reason)
        with ExitStack() as parts:
            self.folder = Path(tempfile.mkdtemp(prefix="pgwhy-net-"))
            parts.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self._hold(parts, Side.CLIENT, [*_unshare(self._as_user), "--mount", "--pid", "--fork", "--kill-child"])
            for side in (Side.SERVER, Side.WIRE) if self._link else (Side.SERVER,):
                self._hold(parts, side, [*self._enter(Side.CLIENT), _tool("unshare"), "--net"])
            self._mount_files()
            self._connect()
            self._parts = parts.pop_all()
        try:
            if self._link:
                bridge = [sys.executable, "-m", "pgwhy.lab.network.bridge", "client", "server", *self._link.arguments()]
                self.start(bridge, side=Side.WIRE)
        except BaseException:
            self._parts.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._parts.close()

    def run(
        self,
        command: Sequence[str | Path],
        env: Mapping[str, str] | None = None,
        limit_s: float = 20.0,
        *,
        side: Side = Side.CLIENT,
        typed: str = "",
    ) -> Ran:
        """Run a command to its end. Its environment is PATH, HOME (`folder`), LANG, and `env`."""
        process = self._popen(side, command, env, subprocess.PIPE)
        return Ran(*communicate(process, typed, limit_s))

    def start(
        self,
        command: Sequence[str | Path],
        env: Mapping[str, str] | None = None,
        *,
        side: Side = Side.SERVER,
        limit_s: float = 30.0,
    ) -> Program:
        """Start a program that says with its first line of output that it is ready, and ends with its standard input.

        It ends with the network, or by `stop()` before. Raises `NamespaceError` with what it said instead.
        """
        complaints = self.folder / f"stderr-{len(list(self.folder.glob('stderr-*'))) + 1}"
        with complaints.open("wb") as file:
            started = Program(self._popen(side, command, env, file.fileno()))
        self._parts.callback(started.stop)
        if not started.wait_until_ready(limit_s):
            started.stop()
            said = complaints.read_text(encoding="utf-8", errors="replace").strip()
            raise NamespaceError(f"{' '.join(map(str, command[:3]))} did not start: {said[-2000:]}")
        return started

    def serve(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """Bring up the lab's servers on the server side, as `pgwhy.lab.faults.serve` says; gives what it prints."""
        file = self.folder / f"spec-{len(list(self.folder.glob('spec-*'))) + 1}.json"
        file.write_text(json.dumps(spec), encoding="utf-8")
        ready: Mapping[str, Any] = json.loads(self.start([*program.python, "-m", "pgwhy.lab.faults.serve", file]).said)
        return ready

    def resolve_with(self, hosts: Mapping[str, str | Sequence[str]]) -> None:
        """Give the client another hosts file (name → address, or several)."""
        self._hosts = dict(hosts)
        (self.folder / "hosts").write_text("".join(self._hosts_file()), encoding="utf-8")

    def way_in(self) -> tuple[str, ...]:
        """What to put before a command, so that a person's runs on the client's side."""
        return tuple(self._enter(Side.CLIENT))

    def _popen(
        self, side: Side, command: Sequence[str | Path], env: Mapping[str, str] | None, complaints: int
    ) -> subprocess.Popen[str]:
        own = {"PATH": search_path(), "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return subprocess.Popen(
            [*self._enter(side), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=own | dict(env or {}),
            encoding="utf-8",
            errors="replace",
            # Its own session: Ctrl-C in a terminal reaches us alone, and we end what runs in order.
            start_new_session=True,
        )

    def _hold(self, parts: ExitStack, side: Side, prefix: list[str]) -> None:
        holder = Program(
            subprocess.Popen(
                [*prefix, "/bin/sh", "-c", _HOLD, "hold", str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                start_new_session=True,
            )
        )
        parts.callback(holder.kill)
        if not holder.wait_until_ready(10.0):
            raise NamespaceError(f"no network namespace: {holder.complaint()}")
        self._holders[side] = int(holder.said)

    def _enter(self, side: Side) -> list[str]:
        user = ["--user", "--preserve-credentials"] if self._as_user else []
        # Entering another tree of mounts leads to its root.
        back = ["/bin/sh", "-c", 'cd "$0" && unset PWD OLDPWD && exec "$@"', str(self.folder)]
        return [_tool("nsenter"), f"--target={self._holders[side]}", *user, "--net", "--mount", "--pid", "--", *back]

    def _mount_files(self) -> None:
        """Files of our own where glibc looks, and nothing that would lead around them (nscd, other name services)."""
        self.resolve_with(self._hosts)
        (self.folder / "resolv.conf").write_text(self._resolver_file, encoding="utf-8")
        (self.folder / "nsswitch.conf").write_text(_SWITCH, encoding="utf-8")
        script = 'for f in resolv.conf hosts nsswitch.conf; do [ ! -e /etc/$f ] || mount --bind "$1/$f" /etc/$f; done'
        script += "; [ ! -S /run/nscd/socket ] || mount --bind /dev/null /run/nscd/socket"
        self._checked(["/bin/sh", "-ec", script, "files", str(self.folder)])

    def _hosts_file(self) -> Iterator[str]:
        for address, names in _LOCAL.items():
            yield f"{address} {' '.join(names)}\n"
        for name, addresses in self._hosts.items():
            for address in (addresses,) if isinstance(addresses, str) else addresses:
                yield f"{address} {name}\n"

    def _connect(self) -> None:
        places = {side: f"/proc/{holder}/ns/net" for side, holder in self._holders.items()}
        for side, commands in plug(places, self.ipv6):
            self._checked([_tool("ip"), "-batch", "-"], side, "\n".join(commands) + "\n")

    def _checked(self, command: Sequence[str], side: Side = Side.CLIENT, typed: str = "") -> None:
        ran = self.run(command, side=side, typed=typed)
        if ran.status != 0:
            raise NamespaceError(f"{command[0]}: {ran.stderr.strip()}")


@cache
def is_permitted() -> str:
    """Why this machine makes no network namespaces for us; empty if it does."""
    if sys.platform != "linux":
        return "network namespaces need Linux"
    if missing := [tool for tool in _TOOLS if not shutil.which(tool, path=search_path())]:
        return f"network namespaces need {' and '.join(missing)} (Debian: apt install iproute2 util-linux)"
    trial = [_tool("ip"), "link", "add", "eth0", "type", "veth", "peer", "name", "eth1"]
    command = [*_unshare(os.geteuid() != 0), "--mount", "--pid", "--fork", *trial]
    ran = subprocess.run(command, capture_output=True, text=True)
    return f"this machine permits no network namespaces: {ran.stderr.strip()}" if ran.returncode else ""


def _unshare(as_user: bool) -> list[str]:
    return [_tool("unshare"), *(["--user", "--map-root-user"] if as_user else []), "--net"]


def _tool(name: str) -> str:
    return shutil.which(name, path=search_path()) or name


def search_path() -> str:
    """PATH, and where Debian keeps ip and nft: not on an ordinary user's PATH."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
