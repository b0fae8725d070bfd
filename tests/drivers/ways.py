"""The odd strings of fixtures/drivers/strings.toml: which way each real driver goes with them.

`python -m tests.drivers.ways [DRIVER ...]` measures it again and writes fixtures/drivers/ways.json. A network of our
own has the names, and a server there (`recorder`) writes down who comes. A driver's program is started once for all.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pgwhy import client as clients
from pgwhy import target as targets
from pgwhy.engine.observation import begin
from pgwhy.lab.network.namespace import Namespace
from pgwhy.machine import Machine
from pgwhy.network import Network
from pgwhy.probes import login_parameters, settings, tcp
from pgwhy.probes.probe import Options
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Host
from tests.drivers import in_one_network
from tests.drivers.clients import Driver

_FIXTURES = Path(__file__).resolve().parents[2] / "fixtures/drivers"
_FILE = _FIXTURES / "strings.toml"
RECORDED = _FIXTURES / "ways.json"
STRINGS: Mapping[str, Mapping[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
HOSTS = {"db.lab.example": "127.0.0.3", "db.lab.example.": "127.0.0.3", "other.lab.example": "127.0.0.4"}
LOGIN = "root"
"""The user at that machine, by every way of asking."""
SERVICES = "[odd]\nhost=db.lab.example\nport=5433\ndbname=of_service\nuser=ann\npassword=Sunflower\nsslmode=disable\n"
_MOUNTED = 'mount -t tmpfs none /tmp && mount -t tmpfs none /run && exec "$@"'


@dataclass(frozen=True)
class Way:
    """Where a driver goes with a string, as far as the server there sees it. `None`: it does not come so far."""

    place: str | None
    """`127.0.0.3:5433`, `[::1]:5433`, or the path of a socket; the last place where it came."""
    tls: str | None = None
    """`never`, `if possible` (it goes on when the server has none) or `always`."""
    sni: str | None = None
    """The name in the TLS handshake; empty without one, and `None` where there was none."""
    user: str | None = None
    database: str | None = None
    password: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    """What it asks of the server at the start, and every client has not by itself."""


def recorded() -> dict[str, dict[str, Way]]:
    """What was measured, by driver and string."""
    content = in_one_network.read(RECORDED)
    return {driver: {string: _read(way) for string, way in went.items()} for driver, went in content.items()}


def record(drivers: Iterable[Driver]) -> None:
    """Measure these again, and write it down."""
    ways = measured(drivers)
    in_one_network.write(
        RECORDED, {id: {string: _written(way) for string, way in went.items()} for id, went in ways.items()}
    )


def _written(way: Way) -> dict[str, Any]:
    """Without what was not seen."""
    return {name: value for name, value in asdict(way).items() if value not in (None, ())}


def _read(content: Mapping[str, Any]) -> Way:
    return Way(**{"place": None, **content, "parameters": tuple(map(tuple, content.get("parameters", ())))})


def text(driver: Driver, string: str) -> str:
    """The string in the driver's own syntax."""
    return STRINGS[string][driver.reads]


def measured(drivers: Iterable[Driver]) -> dict[str, dict[str, Way]]:
    """By driver and string. Raises `Missing` and `NamespaceError`."""
    asked = in_one_network.programs(drivers, lambda driver: {name: text(driver, name) for name in STRINGS})
    plan = {"programs": asked, "services": SERVICES}
    mounted = ["unshare", "--mount", "/bin/sh", "-ec", _MOUNTED, "sh"]
    with Namespace(hosts=HOSTS) as network:
        answers = in_one_network.run(network, "recorder.py", plan, {"USER": LOGIN, "LOGNAME": LOGIN}, *mounted)
    return {id: {name: _way(each["came"]) for name, each in answer.items()} for id, answer in answers.items()}


def _way(came: list[Mapping[str, Any]]) -> Way:
    if not came:
        return Way(None)
    last = came[-1]
    address, port = last["address"], last["port"]
    place = address if address.startswith("/") else f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    started = any("user" in each for each in came)
    tls = ("if possible" if started else "always") if any(each["ssl"] for each in came) else "never"
    parameters = tuple(sorted(last.get("parameters", {}).items()))
    sni = (last["sni"] or "") if "sni" in last else None
    # An empty name of a database is to the server what none is.
    database = last.get("database") or last.get("user")
    return Way(place, tls, sni, last.get("user"), database, last.get("password") or None, parameters)


@dataclass(frozen=True)
class Told:
    """The way that `pgwhy --client` goes with a string. `places` is empty where it goes nowhere."""

    places: tuple[str, ...] = ()
    """Every place that it may end at."""
    tls: str | None = None
    user: str | None = None
    database: str | None = None
    password: str | None = None
    forwarded: tuple[str, ...] = ()

    def goes(self, way: Way) -> bool:
        """The same way, as far as the server there sees it."""
        if way.place is None or not self.places:
            return way.place is None and not self.places
        seen = {"user": way.user, "database": way.database, "password": way.password}
        same = all(value is None or value == getattr(self, name) for name, value in seen.items())
        shown = {name for name, _ in way.parameters if name not in _EVERY_SERVER_KNOWS}
        same_parameters = way.user is None or shown == set(self.forwarded)
        tls = "never" if way.place.startswith("/") else self.tls  # no client has TLS on a Unix socket
        return way.place in self.places and way.tls == tls and same and same_parameters


_EVERY_SERVER_KNOWS = ("options",)
_TLS = {"disable": "never", "allow": "if possible", "prefer": "if possible"}


async def told(driver: Driver, string: str, folder: Path, network: Network) -> Told:
    """What pgwhy makes of a string for this driver: everything but the packets."""
    services = folder / "pg_service.conf"
    services.write_text(SERVICES, encoding="utf-8")
    environment = {"USER": LOGIN, "PGSERVICEFILE": str(services)}
    machine = Machine(environment, folder, folder, "linux", datetime(2026, 11, 29, tzinfo=UTC))
    client = clients.resolve(driver.speaks_as, None, None)
    target = targets.as_read_by(targets.read(text(driver, string), machine), client)
    seen = begin(target, client, machine, Options())
    read = await settings.observe(seen, network)
    facts = seen[TargetFacts]
    user = facts.user or LOGIN
    parameters = login_parameters.login_parameters(target, client, facts)
    return Told(
        tuple(place for host in target.hosts for place in _places(host)) if read.readable else (),
        _TLS.get(parameters["sslmode"], "always"),
        user,
        facts.dbname or user,
        target.password.reveal() if target.password else None,
        tuple(name for name in read.forwarded_parameters or () if name not in _EVERY_SERVER_KNOWS),
    )


def _places(host: Host) -> list[str]:
    """Where a host leads in that network."""
    if host.is_socket("linux"):
        folders = [host.name] if host.name else [str(folder) for folder in tcp.SOCKET_FOLDERS]
        return [f"{folder}/.s.PGSQL.{host.port}" for folder in folders]
    known = {**HOSTS, "localhost": "127.0.0.1"}
    name = host.name.lower()
    address = host.name if re.fullmatch(r"[0-9.]+|[0-9a-f:]*:[0-9a-f:]*", name) else known.get(name)
    if address is None:
        return []
    both = ["127.0.0.1", "::1"] if name == "localhost" else [address]
    return [f"[{each}]:{host.port}" if ":" in each else f"{each}:{host.port}" for each in both]


if __name__ == "__main__":
    record(in_one_network.named(sys.argv[1:]))
