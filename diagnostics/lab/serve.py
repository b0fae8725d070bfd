"""The lab's servers as one program, for the server side of a network of our own (`namespace.Namespace`).

    python -m diagnostics.lab.serve SPEC.json

It brings up what the file names; each part may be left out, and `hosts` is where a part listens:

    {"fault": {...},            the content of a fault file: its world is made, on loopback, and its target filled in
     "gateway": {"hosts": ["10.77.0.1", "fd77::1"], "port": 5432},        that world's gateway once more, out here
     "doors": [{"kind": "http", "hosts": ["10.77.0.2"], "port": 5432}],
     "names": [{"hosts": ["10.77.0.53"], "names": {"{host}": {"addresses": ["10.77.0.1"]}, "db.example": {...}},
                "otherwise": {"habit": "refused"}, "tcp": true, "port": 53}]}

`{host}` is the endpoint's name. A door's kind is a word of `impostors.Kind` or `tls_impostors.TlsKind`, or
`full-backlog`, `web`, `forward`, `strip-tls`, `end-tls`, `intercept`; what passes on says where to, `"behind":
"gateway"` or `"postgres"`; what shows a certificate says for which `"certificate_names"`, else it is the gateway's.

Once all is up it prints one line of JSON (`ready`). The line contains the password and goes nowhere but to the pipe of
who started us. It ends when its standard input is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diagnostics.lab import faults, impostors, middlebox, tls_impostors
from diagnostics.lab.authority import Authority
from diagnostics.lab.compute import Address
from diagnostics.lab.door import Behaviour, Door
from diagnostics.lab.faults import Given
from diagnostics.lab.gateway import Gateway
from diagnostics.lab.impostors import full_backlog
from diagnostics.lab.name_server import UNKNOWN, Habit, Name, NameServer
from diagnostics.lab.web import web
from diagnostics.lab.world import DOMAIN, World


@dataclass(frozen=True)
class Core:
    """What the other parts refer to."""

    authority: Authority
    world: World | None
    given: Given | None
    host: str
    """The endpoint's name."""

    def address(self, part: str) -> Address:
        """Where `gateway` or `postgres` listens on loopback. Raises `ValueError`."""
        if self.world is None or part not in ("gateway", "postgres"):
            raise ValueError(f"there is no {part!r} for a door to pass on to")
        return Address("127.0.0.1", self.world.gateway.port if part == "gateway" else self.world.postgres.port)


async def serve(spec: Mapping[str, Any]) -> None:
    """Bring the parts up, say so, and wait for the end of standard input."""
    ended = asyncio.Event()
    async with contextlib.AsyncExitStack() as parts:
        core = await _core(spec, parts)
        if "gateway" in spec:
            assert core.world, "a gateway needs the world of a fault"
            inner, asked = core.world.gateway, spec["gateway"]
            outer = Gateway(
                core.authority,
                (DOMAIN,),
                inner.endpoints,
                default_name=inner.default_name,
                hosts=tuple(asked["hosts"]),
                port=asked.get("port", 5432),
            )
            await parts.enter_async_context(outer)
        doors = [parts.enter_context(_door(asked, core)) for asked in spec.get("doors", ())]
        for asked in spec.get("names", ()):
            for host in asked["hosts"]:
                parts.enter_context(_name_server(asked, host, core))
        print(json.dumps(ready(core, doors)), flush=True)
        _watch_standard_input(asyncio.get_running_loop(), ended)
        await ended.wait()


def ready(core: Core, doors: list[int]) -> dict[str, Any]:
    """What who started us has to know: what the user has (target, environment), names, files, the doors' ports."""
    return {
        "host": core.host,
        "target": core.given.target.reveal() if core.given and core.given.target else None,
        "environment": dict(core.given.environment) if core.given else {},
        "root_certificate": str(core.authority.root_file),
        "postgres_port": core.world.postgres.port if core.world else None,
        "doors": doors,
    }


async def _core(spec: Mapping[str, Any], parts: contextlib.AsyncExitStack) -> Core:
    if "fault" not in spec:
        folder = parts.enter_context(tempfile.TemporaryDirectory(prefix="pgwhy-serve-"))
        return Core(Authority(Path(folder)), None, None, "")
    fault = faults.read("spec", {"title": "spec", **spec["fault"]})
    world = await parts.enter_async_context(faults.world_for(fault))
    given = faults.prepare(fault, world)
    # The endpoint that `prepare` broke is the one that it added last.
    endpoint = [*world.gateway.endpoints][-1]
    return Core(world.authority, world, given, f"{endpoint}.{DOMAIN}")


@contextlib.contextmanager
def _door(asked: Mapping[str, Any], core: Core) -> Iterator[int]:
    hosts, port = asked["hosts"], asked.get("port", 5432)
    if asked["kind"] == "full-backlog":
        with full_backlog(hosts[0], port) as taken:
            yield taken
        return
    with Door(_behaviour(asked, core), hosts, port) as door:
        yield door.port


def _behaviour(asked: Mapping[str, Any], core: Core) -> Behaviour:
    kind = asked["kind"]
    names = tuple(asked.get("certificate_names", (f"*.{DOMAIN}", DOMAIN)))
    if kind in list(impostors.Kind):
        return impostors.behaviour(impostors.Kind(kind))
    if kind in list(tls_impostors.TlsKind):
        behind = core.address(asked["behind"]) if "behind" in asked else None
        return tls_impostors.behaviour(tls_impostors.TlsKind(kind), core.authority, names, behind)
    if kind == "web":
        return web(core.authority.issue(*names))
    if kind == "forward":
        return middlebox.forward(core.address(asked["behind"]), asked.get("idle_limit_s"))
    if kind == "strip-tls":
        return middlebox.strip_tls(core.address(asked["behind"]))
    if kind == "end-tls":
        return middlebox.end_tls(core.address(asked["behind"]), core.authority.issue(*names))
    if kind == "intercept":
        return middlebox.intercept(core.address(asked["behind"]), core.authority)
    raise ValueError(f"no door is of the kind {kind!r}")


def _name_server(asked: Mapping[str, Any], host: str, core: Core) -> NameServer:
    names = {name.replace("{host}", core.host): _name(given) for name, given in asked.get("names", {}).items()}
    otherwise = _name(asked["otherwise"]) if "otherwise" in asked else UNKNOWN
    return NameServer(names, otherwise=otherwise, host=host, port=asked.get("port", 53), tcp=asked.get("tcp", True))


def _name(given: Mapping[str, Any]) -> Name:
    return Name(
        addresses=tuple(given.get("addresses", ())),
        alias=given.get("alias", ""),
        habit=Habit(given.get("habit", "answer")),
        delay_s=float(given.get("delay_s", 0)),
    )


def _watch_standard_input(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    def watch() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, name="pgwhy-lab", daemon=True).start()


def main(arguments: list[str]) -> None:
    (file,) = arguments
    asyncio.run(serve(json.loads(Path(file).read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main(sys.argv[1:])
