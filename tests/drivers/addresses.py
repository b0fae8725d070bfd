"""Names with several addresses (fixtures/drivers/addresses.toml): which of them each real driver comes to.

`python -m tests.drivers.addresses [DRIVER ...]` measures it again and writes fixtures/drivers/addresses.json. A network
of our own has the addresses, and a server there (`reached`) writes down who comes to which.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pgwhy.lab.network.namespace import Namespace
from tests.drivers.clients import DRIVERS, Driver

ROOT = Path(__file__).resolve().parents[2]
_FILE = ROOT / "fixtures/drivers/addresses.toml"
RECORDED = ROOT / "fixtures/drivers/addresses.json"
SITUATIONS: Mapping[str, Mapping[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
IPV6, FIRST, SECOND = "2001:db8::5", "192.0.2.4", "192.0.2.5"
HOSTS = {"both.lab.example": (IPV6, SECOND), "two.lab.example": (FIRST, SECOND)}
_LIMIT_S = 300.0

Reached = Sequence[str]
"""The addresses that a driver came to, in this order, each once; at the end `WITHOUT_END` where it went on coming."""
WITHOUT_END = "and so on"
_MANY = 20


def recorded() -> dict[str, dict[str, Reached]]:
    """What was measured, by driver and situation."""
    content: dict[str, dict[str, Reached]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return content


def record(drivers: Sequence[Driver]) -> None:
    """Measure these again, and write it down: a line for each driver and situation."""
    known = recorded() if RECORDED.exists() else {}
    known |= measured(drivers)
    blocks = (
        f" {json.dumps(id)}: {{\n"
        + ",\n".join(f"  {json.dumps(name)}: {json.dumps(reached)}" for name, reached in known[id].items())
        + "\n }"
        for id in DRIVERS
        if id in known
    )
    RECORDED.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")


def measured(drivers: Iterable[Driver]) -> dict[str, dict[str, Reached]]:
    """By driver and situation. Raises `Missing` and `NamespaceError`."""
    programs = {}
    for driver in drivers:
        client = driver.asked()
        strings = {name: _text(driver, situation) for name, situation in SITUATIONS.items()}
        programs[driver.id] = {"command": client.command, "environment": client.environment, "strings": strings}
    with Namespace(hosts=HOSTS) as network:
        for address in (IPV6, FIRST, SECOND):
            network.run(["ip", "address", "add", address, "dev", "lo"])
        plan = json.dumps({"programs": programs, "situations": SITUATIONS})
        ran = network.run([sys.executable, "-P", ROOT / "tests/drivers/reached.py"], {}, _LIMIT_S, typed=plan)
    if ran.status != 0:
        raise RuntimeError(ran.stderr[-2000:])
    return {id: {name: _each_once(came) for name, came in all.items()} for id, all in json.loads(ran.stdout).items()}


def _text(driver: Driver, situation: Mapping[str, Any]) -> str:
    host, more = situation["host"], "sslmode=disable" + situation.get("asks", "")
    if driver.reads == "uri":
        return f"postgresql://ann:Sunflower@{host}:PORT/shop?{more}"
    more = more.replace("connect_timeout", "connectTimeout")
    return f"jdbc:postgresql://{host}:PORT/shop?user=ann&password=Sunflower&{more}"


def _each_once(came: Sequence[str]) -> Reached:
    return [*dict.fromkeys(came), *([WITHOUT_END] if len(came) >= _MANY else ())]


if __name__ == "__main__":
    record([DRIVERS[id] for id in sys.argv[1:] or DRIVERS])
