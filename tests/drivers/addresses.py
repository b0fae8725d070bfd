"""Names with several addresses (fixtures/drivers/addresses.toml): which of them each real driver comes to.

`python -m tests.drivers.addresses [DRIVER ...]` measures it again and writes fixtures/drivers/addresses.json. A network
of our own has the addresses, and a server there (`reached`) writes down who comes to which.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pgwhy.lab.network.namespace import Namespace
from tests.drivers import in_one_network
from tests.drivers.clients import Driver

_FIXTURES = Path(__file__).resolve().parents[2] / "fixtures/drivers"
_FILE = _FIXTURES / "addresses.toml"
RECORDED = _FIXTURES / "addresses.json"
SITUATIONS: Mapping[str, Mapping[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
IPV6, FIRST, SECOND = "2001:db8::5", "192.0.2.4", "192.0.2.5"
HOSTS = {"both.lab.example": (IPV6, SECOND), "two.lab.example": (FIRST, SECOND)}

Reached = Sequence[str]
"""The addresses that a driver came to, in this order, each once; at the end `WITHOUT_END` where it went on coming."""
WITHOUT_END = "and so on"
_MANY = 20


def recorded() -> dict[str, dict[str, Reached]]:
    """What was measured, by driver and situation."""
    return in_one_network.read(RECORDED)


def measured(drivers: Iterable[Driver]) -> dict[str, dict[str, Reached]]:
    """By driver and situation. Raises `Missing` and `NamespaceError`."""
    asked = in_one_network.programs(
        drivers, lambda driver: {name: _text(driver, situation) for name, situation in SITUATIONS.items()}
    )
    with Namespace(hosts=HOSTS) as network:
        for address in (IPV6, FIRST, SECOND):
            network.run(["ip", "address", "add", address, "dev", "lo"])
        came = in_one_network.run(network, "reached.py", {"programs": asked, "situations": SITUATIONS}, {})
    return {id: {name: _each_once(each) for name, each in all.items()} for id, all in came.items()}


def _text(driver: Driver, situation: Mapping[str, Any]) -> str:
    host, more = situation["host"], "sslmode=disable" + situation.get("asks", "")
    if driver.reads == "uri":
        return f"postgresql://ann:Sunflower@{host}:PORT/shop?{more}"
    more = more.replace("connect_timeout", "connectTimeout")
    return f"jdbc:postgresql://{host}:PORT/shop?user=ann&password=Sunflower&{more}"


def _each_once(came: Sequence[str]) -> Reached:
    return [*dict.fromkeys(came), *([WITHOUT_END] if len(came) >= _MANY else ())]


if __name__ == "__main__":
    in_one_network.write(RECORDED, measured(in_one_network.named(sys.argv[1:])))
