"""The wheel and the self-contained folder do the same, where no Python and no build tools are in PATH."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from pgwhy import __version__
from tests import parts
from tests.installation import ROOT
from tests.servers import closed_port

pytestmark = [pytest.mark.xdist_group("installed"), pytest.mark.full]

FOLDER = ROOT / "build" / "standalone" / "pgwhy"
PASSWORD = "npg_Wr0ngPassword"


class Program(NamedTuple):
    """An installed pgwhy."""

    path: str
    home: Path

    def run(self, *arguments: str, status: int = 0, **environment: str) -> str:
        """What it prints; nothing of this machine but what a command needs is in its environment."""
        clean = {"PATH": "/nowhere", "HOME": str(self.home), "LANG": "C.UTF-8", **environment}
        done = subprocess.run(
            [self.path, *arguments], cwd=self.home, env=clean, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module", params=["wheel", "standalone"])
def program(request, tmp_path_factory) -> Iterator[Program]:
    place = tmp_path_factory.mktemp(request.param)
    if request.param == "standalone":
        is_there = (FOLDER / "pgwhy").exists()
        parts.permitted("" if is_there else "there is no self-contained folder (make standalone)")
        return Program(str(FOLDER / "pgwhy"), place)
    return Program(str(request.getfixturevalue("wheel_python").parent / "pgwhy"), place)


def test_it_explains_and_knows_its_rules(program):
    assert program.run("--version") == f"pgwhy {__version__}\n"
    assert json.loads(program.run("explain", "--json", "Endpoint ID is not specified"))["verdict"]["rule"]
    assert len(program.run("rules", "list").splitlines()) == len(list((ROOT / "rules").glob("[!m]*/*.toml")))
    assert "FATAL" in program.run("explain", "--format", "html", "FATAL: x", status=3)
    assert "complete" in program.run("completion", "bash") and "name: pgwhy" in program.run("mcp", "--skill")


def test_it_checks_a_real_server_logs_in_and_bundles_a_ticket(program, world):
    healthy = json.loads(program.run("--json", "env:URL", URL=world.uri()))
    assert healthy["verdict"]["status"] == "connects"
    wrong = program.run("--json", "env:URL", status=1, URL=world.uri(password=PASSWORD))
    assert json.loads(wrong)["verdict"]["cause"] == "wrong-password" and PASSWORD not in wrong
    assert "pgwhy.zip is written" in program.run("ticket", "--output", "pgwhy.zip", "env:URL", URL=world.uri())
    assert program.run("explain", "pgwhy.zip").startswith("Run ")
    assert "PGPASSWORD" in program.run("snippets", "--for", "psycopg", "env:URL", URL=world.uri())


def test_a_command_that_it_runs_has_the_users_environment(program):
    refused = f'connection to server at "127.0.0.1", port {closed_port()} failed: Connection refused'
    told = program.run("run", "--", "/bin/sh", "-c", f"/usr/bin/env; echo '{refused}' >&2; exit 3", status=3)
    assert "LD_LIBRARY_PATH" not in told and "_PYI" not in told
    assert "connection-refused" in told


def test_the_folder_has_man_pages_and_completions():
    parts.permitted("" if FOLDER.exists() else "there is no self-contained folder (make standalone)")
    pages = {file.name for file in (FOLDER / "share/man/man1").iterdir()}
    assert {"pgwhy.1", "pgwhy-explain.1", "pgwhy-lab-up.1"} <= pages
    assert len([file for file in (FOLDER / "share").rglob("*pgwhy*") if file.parent.name != "man1"]) == 3
