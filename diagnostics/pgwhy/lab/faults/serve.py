"""The lab's servers as one program, for the server side of a network of our own (`namespace.Namespace`).

    python -m pgwhy.lab.faults.serve SPEC.json

It brings up what the file names; each part may be left out, and `hosts` is where a part listens:

    {"fault": {...},            the content of a fault file: its world is made, on loopback, and its target filled in
     "gateway": {"hosts": ["10.77.0.1", "fd77::1"], "port": 5432},        that world's gateway once more, out here;
                 "habits": PATH, a file that gets a line of JSON for each client that came to its password
     "doors": [{"kind": "http", "hosts": ["10.77.0.2"], "port": 5432}],
     "names": [{"hosts": ["10.77.0.53"], "names": {"{host}": {"addresses": ["10.77.0.1"]}, "db.example": {...}},
                "otherwise": {"habit": "refused"}, "tcp": true, "port": 53}]}

`{host}` is the endpoint's name. Doors are as in a fault file, where `fault` has its own: those listen at `usual_hosts`
where they do not say. `gateway` and these doors stand outside, on port 5432 unless they say so. A `lent` Postgres
saves making one.

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
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pgwhy.lab.authority import Authority
from pgwhy.lab.faults import doors, fault_file, faults
from pgwhy.lab.faults.fault import Fault
from pgwhy.lab.faults.surroundings import surrounded
from pgwhy.lab.neon.gateway import Gateway
from pgwhy.lab.neon.proxy import Habits
from pgwhy.lab.network.name_server import UNKNOWN, Habit, Name, NameServer
from pgwhy.lab.sockets.door import LOOPBACK, Address
from pgwhy.lab.world import DOMAIN, Lent, World

PORT = 5432


@dataclass(frozen=True)
class Core:
    """What the other parts refer to."""

    authority: Authority
    world: World | None = None
    fault: Fault | None = None
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What fills the placeholders of the fault's texts."""

    def address(self, part: str) -> Address:
        """Where `gateway` or `postgres` listens on loopback. Raises `ValueError`."""
        if self.world is None or part not in ("gateway", "postgres"):
            raise ValueError(f"there is no {part!r} for a door to pass on to")
        return Address("127.0.0.1", self.world.gateway.port if part == "gateway" else self.world.postgres_port)


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
                port=asked.get("port", PORT),
                retries=inner.proxy.retries,
                witness=_keeper(Path(asked["habits"])) if "habits" in asked else None,
            )
            await parts.enter_async_context(outer)
        names = (f"*.{DOMAIN}", DOMAIN)
        proxy = core.world.gateway.proxy if core.world else None
        opened = [
            parts.enter_context(doors.opened(asked, core.authority, names, core.address, asked["hosts"], PORT, proxy))
            for asked in spec.get("doors", ())
        ]
        for asked in spec.get("names", ()):
            for host in asked["hosts"]:
                parts.enter_context(_name_server(asked, host, core))
        print(json.dumps(ready(core, opened)), flush=True)
        _watch_standard_input(asyncio.get_running_loop(), ended)
        await ended.wait()


def ready(core: Core, opened: list[int]) -> dict[str, Any]:
    """What who started us has to know: what the user has (target, environment), names, files, the doors' ports."""
    given = faults.given(core.fault, core.values) if core.fault else None
    return {
        "host": core.values.get("host", ""),
        "target": given.target.reveal() if given and given.target else None,
        "environment": dict(given.environment) if given else {},
        "root_certificate": str(core.authority.root_file),
        "postgres_port": core.world.postgres_port if core.world else None,
        "doors": opened,
        "values": dict(core.values),
    }


async def _core(spec: Mapping[str, Any], parts: contextlib.AsyncExitStack) -> Core:
    if "fault" not in spec:
        folder = parts.enter_context(tempfile.TemporaryDirectory(prefix="pgwhy-serve-"))
        return Core(Authority(Path(folder)))
    fault = fault_file.read("spec", {"title": "spec", **spec["fault"]})
    lent = Lent(**spec["lent"]) if "lent" in spec else None
    world = await parts.enter_async_context(faults.world_for(fault, lent))
    values = parts.enter_context(surrounded(fault, world, spec.get("usual_hosts", LOOPBACK), PORT))
    if "gateway" in spec:
        values["port"] = str(spec["gateway"].get("port", PORT))
    return Core(world.authority, world, fault, values | {"home": ""})


def _keeper(file: Path) -> Callable[[Habits], None]:
    def keep(seen: Habits) -> None:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(seen)) + "\n")

    return keep


def _name_server(asked: Mapping[str, Any], host: str, core: Core) -> NameServer:
    names = {n.format_map(core.values): _name(given, core) for n, given in asked.get("names", {}).items()}
    otherwise = _name(asked["otherwise"], core) if "otherwise" in asked else UNKNOWN
    return NameServer(names, otherwise=otherwise, host=host, port=asked.get("port", 53), tcp=asked.get("tcp", True))


def _name(given: Mapping[str, Any], core: Core) -> Name:
    return Name(
        addresses=tuple(given.get("addresses", ())),
        alias=given.get("alias", "").format_map(core.values),
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
