"""What each driver and each stack does, measured: `python -m tests.drivers.measure [NAME ...]` writes it down.

fixtures/drivers/measured.json is the data, docs/drivers.md its page. The tests measure again and compare.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pgwhy import snippets
from pgwhy.authoring.pages import generated
from pgwhy.lab.world import DATABASE, ENDPOINT, ROLE
from tests import pages
from tests.drivers import observed, stacks, ways
from tests.drivers.clients import DRIVERS, Attempt, Driver
from tests.drivers.observed import HOST, POOLED, Came, Place

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "fixtures/drivers/measured.json"


@dataclass(frozen=True)
class Behaviour:
    """What a driver does with a connection string."""

    sni: bool
    binding: str
    """What its SCRAM header says when nothing is asked for: `p` it binds, `y` it could and believes the server cannot,
    `n` it cannot."""
    parameter: str
    """What becomes of `channel_binding` in the string: obeyed, ignored, forwarded (to the server) or refused."""
    encrypts: bool
    """It uses TLS when nothing is said of it."""
    require_verifies: bool
    verify_full: bool
    """It connects with sslmode=verify-full and the right sslrootcert."""


@dataclass(frozen=True)
class Connected:
    """A stack with the snippet as printed."""

    version: str
    sni: bool | None
    """`None`: it does not come on 5432, where the gateway sees that."""
    binding: str
    verifies: bool
    """It stays away where it does not know the authority."""


@dataclass(frozen=True)
class Places:
    """Two networks that are the same but for what the machine trusts."""

    trusted: Place
    strange: Place


@contextmanager
def places() -> Iterator[Places]:
    """Raises `NamespaceError` and `PostgresError`."""
    with ExitStack() as both:
        yield Places(
            both.enter_context(observed.place(trusted=True)), both.enter_context(observed.place(trusted=False))
        )


def of_stack(stack: str, where: Places) -> tuple[Attempt, Connected]:
    """Run the snippet that the command prints, in both places. Raises `Missing`."""
    runner = stacks.runnable(stack)
    with tempfile.TemporaryDirectory(prefix="pgwhy-stack-") as name:
        folder = Path(name)
        file = folder / snippets.STACKS[stack].file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_printed(stack, where.trusted), encoding="utf-8")
        program = runner.put(folder)
        attempt, came = where.trusted.run(program.command, program.environment, folder)
        strange, _ = where.strange.run(program.command, program.environment, folder)
    sni = all(each.sni in (HOST, POOLED) for each in came) if came else None
    return attempt, Connected(runner.version(), sni, _binding(came), not strange.connected)


def of_driver(driver: Driver, where: Places) -> Behaviour:
    """Raises `Missing`."""

    def run(place: Place, **parameters: str) -> tuple[Attempt, list[Came]]:
        client, target = driver.find(), _target(driver, place, parameters)
        return place.run(tuple(client.line(target)), {**client.environment, "DATABASE_URL": target}, place.folder)

    # Who sends no SNI is asked for the password in clear text, and has come all the same.
    _, alone = run(where.trusted, sslmode="require")
    # For all the rest the endpoint is named, so that each gets as far as it can.
    named = {"options": f"endpoint%3D{ENDPOINT}"}
    attempt, came = run(where.trusted, sslmode="require", **named)
    checked = {"sslmode": "verify-full", "sslrootcert": where.trusted.root_certificate}
    return Behaviour(
        sni=any(each.sni == HOST for each in alone),
        binding=_binding(came) or "n",
        parameter=_parameter(
            _binding(came),
            run(where.trusted, sslmode="require", channel_binding="require", **named),
            run(where.trusted, sslmode="require", channel_binding="disable", **named),
        ),
        encrypts=run(where.trusted, **named)[0].connected,
        require_verifies=attempt.connected and not run(where.strange, sslmode="require", **named)[0].connected,
        verify_full=run(where.trusted, **checked, **named)[0].connected,
    )


def _parameter(usual: str, required: tuple[Attempt, list[Came]], disabled: tuple[Attempt, list[Came]]) -> str:
    (_, came), (_, without) = required, disabled
    if any("channel_binding" in each.parameters for each in came):
        return "forwarded"
    if not came:
        return "refused"
    return "obeyed" if usual == "p" and _binding(without) != "p" else "ignored"


def _binding(came: list[Came]) -> str:
    """`p`, `y` or `n`; empty where nobody came to SCRAM."""
    return next((each.binding[0] for each in came if each.binding), "")


def _target(driver: Driver, place: Place, parameters: Mapping[str, str]) -> str:
    if driver.reads == "uri":
        return place.target(**parameters)
    own = {"channelBinding" if name == "channel_binding" else name: value for name, value in parameters.items()}
    query = "&".join(f"{n}={v}" for n, v in {"user": ROLE, "password": place.password, **own}.items())
    return f"jdbc:postgresql://{HOST}/{DATABASE}?{query}"


def _printed(stack: str, place: Place) -> str:
    """The snippet for the string that Neon's console prints."""
    command = [sys.executable, "-m", "pgwhy", "snippets", "--for", stack, "-"]
    target = place.target(sslmode="require", channel_binding="require")
    ran = subprocess.run(command, input=target, capture_output=True, encoding="utf-8", timeout=30, check=True)
    return ran.stdout


def main(names: Sequence[str]) -> int:
    """Measure what is named, or everything."""
    nothing: dict[str, Any] = {"drivers": {}, "stacks": {}, "connected_on": {}}
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if names else nothing
    with places() as where:
        for id in (each for each in DRIVERS if each in names or not names):
            content["drivers"][id] = asdict(of_driver(DRIVERS[id], where))
        for stack in (each for each in stacks.RUNNERS if each in names or not names):
            content["stacks"][stack] = asdict(of_stack(stack, where)[1])
            content["connected_on"][stack] = f"{datetime.now(UTC):%Y-%m-%d}"
    content["stacks"] = {stack: content["stacks"][stack] for stack in stacks.RUNNERS}
    ways.record([DRIVERS[id] for id in DRIVERS if id in names or not names])
    FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    generated.write(pages.PAGES, ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
