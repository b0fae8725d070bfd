"""Another platform is an argument: a run on it must not crash, whatever its home looks like."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pgwhy.lab.world import World
from tests.engine.runs import MARKER, check, machine, page
from tests.servers import closed_port

HOMES = {
    "none": None,
    "missing": Path("/nonexistent/home of nobody"),
    "a file": Path("/dev/null"),
    "of Windows": Path("C:\\Users\\Jürgen M"),
    "relative": Path(),
}


@pytest.mark.parametrize("platform", ["darwin", "win32"])
@pytest.mark.parametrize("home", HOMES)
def test_a_healthy_target_connects(world: World, platform: str, home: str) -> None:
    here = dataclasses.replace(
        machine(APPDATA="C:\\Users\\Jürgen M\\AppData\\Roaming", SSL_CERT_FILE=str(world.root_certificate)),
        platform=platform,
        home=HOMES[home],
        folder=Path("/nonexistent"),
        hosts_file=Path("/nonexistent/hosts"),
        resolver_file=Path("/nonexistent/resolv.conf"),
    )
    for text in (world.uri(), world.uri(sslmode="verify-full", sslrootcert="system")):
        report = check(text, on=here)
        assert report.verdict.status == "connects"
        page(report)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://alex:{MARKER}@127.0.0.1:PORT/neondb",
        f"postgresql://alex:{MARKER}@localhost:PORT/neondb?sslmode=verify-full",
        f"postgresql://alex:{MARKER}@127.0.0.1:PORT/neondb?sslcert=~/x.crt&sslkey=C:\\x.key",
        "postgresql:///neondb?host=%2Fnonexistent",
        "postgresql:///neondb?host=C:%5Csockets",
        "service=nothing",
    ],
)
def test_what_fails_is_diagnosed(platform: str, text: str) -> None:
    here = dataclasses.replace(machine(), platform=platform, home=Path("/nonexistent"))
    report = check(text.replace("PORT", str(closed_port())), on=here, deadline_s=5)
    assert report.verdict.status == "fails"
    page(report)


def test_a_machine_without_a_trust_store_says_so(world: World) -> None:
    here = machine(SSL_CERT_FILE="/nonexistent/roots.pem")
    report = check(world.uri(sslmode="verify-full", sslrootcert="system"), on=here)
    assert report.verdict.status == "fails"
    assert report.verdict.stage == "tls"
    page(report)
