"""A fault on its stage: all its parts are up, and programs can be run where its user sits.

On loopback that is a process of this machine with a home and an environment of its own; in a namespace, the client's
side of the network.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pgwhy.lab.faults import faults
from pgwhy.lab.faults.fault import Fault, Tier
from pgwhy.lab.faults.faults import Given
from pgwhy.lab.faults.surroundings import surrounded
from pgwhy.lab.network.cable import RESOLVERS, SERVERS, SERVERS6
from pgwhy.lab.network.namespace import Namespace, Ran, is_permitted, search_path
from pgwhy.lab.network.packets import broken, filters_are_permitted
from pgwhy.lab.postgres.installation import system_installation
from pgwhy.lab.world import World

RUN_LIMIT_S = 30.0
_GATEWAY = (SERVERS[0], SERVERS6[0])
_PORT = 5432
_BUILT_IN_BY_DISTRIBUTIONS = {"ldap", "pam"}


@dataclass(frozen=True)
class Scene:
    """A fault with all its parts up."""

    fault: Fault
    given: Given
    values: Mapping[str, str] = field(repr=False)
    """What fills the placeholders."""
    home: Path
    """The user's, and the working directory."""
    way_in: tuple[str, ...]
    """What to put before a command, so that a person's runs there; empty on loopback."""
    _run: Callable[[Sequence[str | Path], Mapping[str, str], float], Ran] = field(repr=False)

    def run(
        self, command: Sequence[str | Path], environment: Mapping[str, str] | None = None, limit_s: float = RUN_LIMIT_S
    ) -> Ran:
        """Run a command where the user sits. It has what the fault's file sets, and `environment`."""
        return self._run(command, {**self.given.environment, **(environment or {})}, limit_s)


def missing(fault: Fault) -> str:
    """Why this machine cannot show the fault; empty if it can."""
    if fault.tier is Tier.NAMESPACE and (reason := is_permitted()):
        return reason
    if "nft" in fault.needs and (reason := filters_are_permitted()):
        return reason
    methods = {word for line in fault.world.get("hba", ()) for word in line.split()}
    if methods & _BUILT_IN_BY_DISTRIBUTIONS and system_installation() is None:
        return "the wheel's Postgres asks neither LDAP nor PAM (make parts installs the system's)"
    lacking = [name for name in fault.needs if not shutil.which(name, path=search_path())]
    return f"{' and '.join(lacking)} not on this machine (make parts)" if lacking else ""


@contextlib.contextmanager
def staged(fault: Fault, world: World | None = None) -> Iterator[Scene]:
    """The fault on its stage. One that needs no world of its own takes place in `world`, if it is given, and in a
    namespace borrows its Postgres.

    Raises `PostgresError`, `NamespaceError`, and `FaultError` for a text that cannot be filled.
    """
    with _in_namespace(fault, world) if fault.tier is Tier.NAMESPACE else _on_loopback(fault, world) as stage:
        for name, file in stage.given.files.items():
            path = stage.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8")
            path.chmod(file.mode)
        yield stage


@contextlib.contextmanager
def _on_loopback(fault: Fault, world: World | None) -> Iterator[Scene]:
    with contextlib.ExitStack() as parts:
        if world is None or fault.world:
            world = parts.enter_context(World.running(**fault.world))
        home = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="pgwhy-home-")))
        values = parts.enter_context(surrounded(fault, world)) | {"home": str(home)}

        def run(command: Sequence[str | Path], environment: Mapping[str, str], limit_s: float) -> Ran:
            own = {"PATH": search_path(), "HOME": str(home), "LANG": "C.UTF-8"}
            return _run_here(command, own | dict(environment), home, limit_s)

        yield Scene(fault, faults.given(fault, values), values, home, (), run)


def _run_here(command: Sequence[str | Path], environment: Mapping[str, str], home: Path, limit_s: float) -> Ran:
    # Windows' programs need to know where Windows is.
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
    try:
        ran = subprocess.run(
            [str(word) for word in command],
            env={**kept, **environment},
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=limit_s,
        )
    except subprocess.TimeoutExpired as late:
        return Ran(None, _text(late.stdout), _text(late.stderr))
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@contextlib.contextmanager
def _in_namespace(fault: Fault, world: World | None) -> Iterator[Scene]:
    wiring, description = fault.wiring, _description(fault)
    in_front = any(door.get("behind") == "postgres" for door in fault.doors) or fault.pgbouncer is not None
    if world is not None and not fault.world and not in_front:
        description["lent"] = asdict(world.lend())
    with Namespace(
        resolvers=wiring.resolvers if wiring.resolvers is not None else RESOLVERS[:1],
        resolver_options=wiring.resolver_options,
        ipv6=wiring.ipv6,
        link=wiring.link,
    ) as network:
        values = dict(network.serve(description)["values"]) | {"home": str(network.folder)}
        network.resolve_with({name.format_map(values): address for name, address in wiring.hosts_file.items()})

        def run(command: Sequence[str | Path], environment: Mapping[str, str], limit_s: float) -> Ran:
            return network.run(command, environment, limit_s)

        with broken(network, *wiring.breaks):
            way_in = tuple(network.way_in())
            yield Scene(fault, faults.given(fault, values), values, network.folder, way_in, run)


def _description(fault: Fault) -> dict[str, Any]:
    """What `serve` has to bring up on the server's side."""
    wiring, content = fault.wiring, dict(fault.content)
    content.pop("network", None)
    taken = {host for door in fault.doors if door.get("port", _PORT) == _PORT for host in door.get("hosts", _GATEWAY)}
    gateway = wiring.gateway
    if gateway is None:
        gateway = tuple(host for host in _GATEWAY if host not in taken)
    gateway = tuple(host for host in gateway if wiring.ipv6 or ":" not in host)
    names = wiring.names
    if names is None:
        hosts = wiring.hosts
        if hosts is None:
            first = gateway or (tuple(fault.doors[0].get("hosts", _GATEWAY)) if fault.doors else ())
            hosts = {"{host}": first}
        names = ({"hosts": [RESOLVERS[0]], "names": {n: {"addresses": list(found)} for n, found in hosts.items()}},)
    description: dict[str, Any] = {"fault": content, "names": [dict(each) for each in names]}
    description["usual_hosts"] = [host for host in _GATEWAY if wiring.ipv6 or ":" not in host]
    if gateway:
        description["gateway"] = {"hosts": list(gateway), "port": _PORT}
    return description


def _text(printed: bytes | str | None) -> str:
    return printed.decode("utf-8", "replace") if isinstance(printed, bytes) else printed or ""
