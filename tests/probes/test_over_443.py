"""The serverless driver's login: its password goes to a verified host of the user's own, and nowhere else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pgwhy import client as clients
from pgwhy import target as targets
from pgwhy.causes import Cause
from pgwhy.engine.diagnosis import Request, diagnose
from pgwhy.finding import Report, Status
from pgwhy.lab.authority import Authority, CertificateFault
from pgwhy.machine import Machine
from pgwhy.network import Network, resolve
from pgwhy.probes.probe import Options
from tests import servers

HOST = "ep-cool-darkness-123456.us-east-2.aws.neon.tech"
API = "api.us-east-2.aws.neon.tech"
PASSWORD = "npg_Sk3leton"
ROWS = json.dumps({"rows": [["17.5", "alex", "neondb"]]}).encode()
NEON = b"HTTP/1.1 200 OK\r\nNeon-Request-Id: 1\r\n"


class Door:
    """SQL over HTTP, as far as this test needs it; it keeps what it was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.heads = answer, []  # type: tuple[bytes, list[str]]

    def __call__(self, head: str) -> bytes:
        self.heads.append(head)
        return NEON + b"Content-Length: 0\r\n\r\n" if head.startswith("OPTIONS") else self.answer


class Elsewhere(Network):
    """Every name is this machine, and every port that of the test's server."""

    port = 0

    async def connect_straight(self, address: str, port: int, limit_s: float, segment_bytes: int | None = None):  # type: ignore[no-untyped-def]
        return await super().connect_straight("127.0.0.1", self.port, limit_s, segment_bytes)

    async def lookup(self, host):  # type: ignore[no-untyped-def]
        return resolve.literal("127.0.0.1")


@pytest.fixture(autouse=True)
def nobody_is_asked_for_a_name(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("pgwhy.network.resolve.configured_resolvers", lambda _: ())
    yield


def run(door: Door, authority: Authority, tmp_path: Path, fault: CertificateFault = CertificateFault.NONE) -> Report:
    machine = Machine({"NODE_EXTRA_CA_CERTS": str(authority.root_file)}, tmp_path, tmp_path, "linux", datetime.now(UTC))
    target = targets.read(f"postgresql://alex:{PASSWORD}@{HOST}/neondb?sslmode=require", machine)
    client = clients.resolve("neon-serverless", None, None)
    with servers.serving(servers.https(authority.issue(API, fault=fault).context(), door)) as port:
        network = type("There", (Elsewhere,), {"port": port})
        options = Options(web=False, wildcard_check=False)
        return asyncio.run(diagnose(Request(target, machine, client, options=options, network=network)))


def posts(door: Door) -> list[str]:
    return [head for head in door.heads if head.startswith("POST")]


def test_it_logs_in_with_one_request(authority: Authority, tmp_path: Path) -> None:
    door = Door(NEON + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(ROWS), ROWS))
    report = run(door, authority, tmp_path)
    assert report.verdict.status is Status.CONNECTS
    assert len(posts(door)) == 1 and f"//alex:{PASSWORD}@{HOST}/neondb" in posts(door)[0]


@pytest.mark.parametrize("fault", [CertificateFault.UNKNOWN_CA, CertificateFault.OTHER_NAME])
def test_an_unverified_server_gets_no_password(fault: CertificateFault, authority: Authority, tmp_path: Path) -> None:
    door = Door(NEON + b"\r\n" + ROWS)
    assert run(door, authority, tmp_path, fault).verdict.status is Status.FAILS
    assert not any(PASSWORD in head for head in door.heads)


def test_a_refusal_is_read_in_the_drivers_words(authority: Authority, tmp_path: Path) -> None:
    body = json.dumps({"message": "password authentication failed for user 'alex'", "code": ""}).encode()
    report = run(Door(b"HTTP/1.1 400 Bad Request\r\n\r\n" + body), authority, tmp_path)
    assert report.verdict.cause is Cause.WRONG_PASSWORD
    assert PASSWORD not in repr(report)
