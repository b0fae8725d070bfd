"""Many drivers measured in one network: each program is started once, and what came of it is a file in fixtures/."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pgwhy.lab.network.namespace import Namespace
from tests.drivers.clients import DRIVERS, Driver, Missing

ROOT = Path(__file__).resolve().parents[2]
_LIMIT_S = 300.0


def programs(drivers: Iterable[Driver], strings: Callable[[Driver], Mapping[str, str]]) -> dict[str, Any]:
    """How each driver is started, and the strings that it gets, by their names. Raises `Missing`."""
    asked = ((driver, driver.asked()) for driver in drivers)
    return {
        driver.id: {"command": client.command, "environment": client.environment, "strings": strings(driver)}
        for driver, client in asked
    }


def run(
    network: Namespace, watcher: str, plan: Mapping[str, Any], environment: Mapping[str, str], *before: str
) -> dict[str, dict[str, Any]]:
    """What `watcher`, a program of this folder, saw of a plan, by driver and string. `before`: what starts it."""
    command = [*before, sys.executable, "-P", ROOT / "tests/drivers" / watcher]
    ran = network.run(command, environment, _LIMIT_S, typed=json.dumps(plan))
    if ran.status != 0:
        raise RuntimeError(ran.stderr[-2000:])
    saw: dict[str, dict[str, Any]] = json.loads(ran.stdout)
    return saw


def read(file: Path) -> dict[str, dict[str, Any]]:
    """What was written: by driver and string."""
    content: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return content


def write(file: Path, measured: Mapping[str, Mapping[str, Any]]) -> None:
    """What was measured in place of what was written of the same drivers: a line for each driver and string."""
    known = (read(file) if file.exists() else {}) | dict(measured)
    blocks = (
        f" {json.dumps(id)}: {{\n"
        + ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in known[id].items())
        + "\n }"
        for id in DRIVERS
        if id in known
    )
    file.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")


def chosen(request: pytest.FixtureRequest) -> list[Driver]:
    """The drivers that this run of the tests asks for, and that run here."""
    asked = {case.callspec.params.get("driver") for case in request.session.items if hasattr(case, "callspec")}
    return [driver for id, driver in DRIVERS.items() if id in asked and not lacking(driver)]


def named(arguments: list[str]) -> list[Driver]:
    """The drivers of a command line; all of them without arguments."""
    return [DRIVERS[id] for id in arguments or DRIVERS]


def lacking(driver: Driver) -> str:
    """Why this machine cannot show it; empty if it can."""
    try:
        driver.asked()
    except Missing as missing:
        return str(missing)
    return ""
