"""`--plan`: what a run would open, and nothing is opened for it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pgwhy.engine.preview import connections
from pgwhy.probes.probe import Options
from tests.engine.runs import MARKER, machine, request
from tests.servers import serving, silent


def planned(text: str | None, folder: Path, **options: object) -> str:
    resolvers = folder / "resolv.conf"
    resolvers.write_text("nameserver 192.0.2.53\nnameserver 2001:db8::53\n")
    here = dataclasses.replace(machine(), resolver_file=resolvers)
    return "\n".join(connections(request(text, on=here, options=Options(**options))))  # type: ignore[arg-type]  # by name


def test_every_host_and_resolver_is_named(tmp_path: Path) -> None:
    text = f"postgresql://alex:{MARKER}@a.example.com:5433,b.example.com/neondb"
    told = planned(text, tmp_path, compare_dns=("198.51.100.1:53", "public"))
    for name in ("a.example.com", "b.example.com", "192.0.2.53", "2001:db8::53", "198.51.100.1", "8.8.8.8", "1.1.1.1"):
        assert name in told
    assert "port 5433" in told and "port 5432" in told
    assert "at most 3 password exchanges" in told
    assert MARKER not in told


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "%2Ftmp", "db.example.com?hostaddr=127.0.0.1", "localhost"])
def test_nothing_is_looked_up_that_needs_no_resolver(host: str, tmp_path: Path) -> None:
    told = planned(f"postgresql://alex@{host}", tmp_path)
    assert "ask the resolver" not in told
    assert ("look up" in told) is (host == "localhost")
    assert "connect to" in told


def test_no_login_is_said(tmp_path: Path) -> None:
    told = planned("postgresql://alex@db.example.com/d", tmp_path, login=False, web=False)
    assert "no login" in told and "password exchanges" not in told and "443" not in told


@pytest.mark.parametrize("text", ["", "postgresql://alex@h:x/d", "env:NO_SUCH_VARIABLE"])
def test_a_target_without_a_host_would_open_nothing(text: str, tmp_path: Path) -> None:
    told = planned(text, tmp_path)
    assert told.startswith("nothing: ") and "log in" not in told


def test_nothing_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[str] = []

    def take(connection) -> None:
        came.append("connection")
        silent(connection)

    monkeypatch.setattr("pgwhy.network.resolve._getaddrinfo", lambda name: came.append("lookup") or ())
    with serving(take) as port:
        planned(f"postgresql://alex:{MARKER}@127.0.0.1:{port},db.example.com/neondb", tmp_path)
    assert came == []
