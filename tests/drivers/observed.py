"""What a driver shows of itself: the lab's gateway watches who comes, in a network where the name is Neon's.

`trusted`: the lab's authority is in the machine's own file of root certificates, as Let's Encrypt is on a real one, so
that what a snippet says of this machine holds. Otherwise nobody there knows the authority.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgwhy.lab.network.cable import RESOLVERS, SERVERS
from pgwhy.lab.network.namespace import Namespace, Ran
from pgwhy.lab.world import DATABASE, DOMAIN, ENDPOINT, ROLE
from pgwhy.snippets.choices import bundle
from tests.drivers.clients import Attempt, answer

HOST = f"{ENDPOINT}.{DOMAIN}"
POOLED = f"{ENDPOINT}-pooler.{DOMAIN}"
_LIMIT_S = 40.0


@dataclass(frozen=True)
class Came:
    """One client at the gateway, as far as it showed itself (`gateway.Habits`)."""

    sni: str | None
    parameters: tuple[str, ...]
    mechanism: str
    binding: str


@dataclass(frozen=True)
class Place:
    """Where drivers are watched, one after the other."""

    network: Namespace
    password: str
    root_certificate: str
    folder: Path
    trusted: bool

    def run(self, command: tuple[str, ...], environment: Mapping[str, str], folder: Path) -> tuple[Attempt, list[Came]]:
        """Run a program in a folder of its own: how it went, and who came to the gateway meanwhile."""
        before = len(self._lines())
        inside = ["/bin/sh", "-ec", 'cd "$0" && exec "$@"', str(folder), *command]
        own = {"PGPASSWORD": self.password, **({"NODE_EXTRA_CA_CERTS": self.root_certificate} if self.trusted else {})}
        ran: Ran = self.network.run(inside, {**environment, **own}, _LIMIT_S)
        return answer(ran), [_came(json.loads(line)) for line in self._lines()[before:]]

    def target(self, **parameters: str) -> str:
        """A connection string as Neon's console prints it, with these parameters."""
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://{ROLE}:{self.password}@{HOST}/{DATABASE}?{query}"

    def _lines(self) -> list[str]:
        file = self.folder / "habits.jsonl"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _came(shown: Mapping[str, Any]) -> Came:
    return Came(shown["sni"], tuple(shown["parameters"]), shown["mechanism"], shown["binding"])


@contextlib.contextmanager
def place(*, trusted: bool) -> Iterator[Place]:
    """Raises `NamespaceError`, and `PostgresError`."""
    with Namespace() as network:
        addresses = {"addresses": [SERVERS[0]]}
        described: dict[str, Any] = {
            "fault": {"given": {}},
            "gateway": {"hosts": [SERVERS[0]], "habits": str(network.folder / "habits.jsonl")},
            "doors": [{"kind": "serverless", "hosts": [SERVERS[0]], "port": 443}],
            "names": [{"hosts": [RESOLVERS[0]], "names": dict.fromkeys((HOST, POOLED, f"api.{DOMAIN}"), addresses)}],
        }
        served = network.serve(described)
        root, machines = str(served["root_certificate"]), bundle()
        if trusted and machines:
            mounted = network.run(["mount", "--bind", root, machines])
            assert mounted.status == 0, mounted.stderr
        yield Place(network, served["values"]["password"], root, network.folder, trusted)
