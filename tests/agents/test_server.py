"""`pgwhy mcp` as an agent meets it: the SDK's own client, the real server behind a pipe, and every byte kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from pgwhy.agents.skill import skill
from pgwhy.cli import run
from pgwhy.lab.demo import FAULTS
from pgwhy.lab.faults import faults
from pgwhy.lab.faults.stage import staged
from tests.servers import closed_port

PASSWORD = "npg_Tr0ub4dor3xyz"
TOOLS = ["check", "explain", "rules", "snippets"]


class Session:
    """A server in a folder, and the calls of one client. `sent` and `received` are every byte of both."""

    def __init__(self, folder: Path, environment: dict[str, str], *options: str) -> None:
        self.folder, self.environment = folder, environment
        server = shlex.join([sys.executable, "-m", "pgwhy", "mcp", "--no-web", *options])
        self.command = f"tee -a {folder}/sent | {server} 2>>{folder}/log | tee -a {folder}/received"

    def ask(self, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
        """The results of some calls, one after the other; `None` in place of a name lists the tools."""
        return asyncio.run(self._ask(calls))

    async def _ask(self, calls: tuple[tuple[str, dict[str, Any]], ...]) -> list[Any]:
        from mcp import Client, StdioServerParameters

        variables = {"HOME": str(self.folder), "LANG": "C.UTF-8", **self.environment}
        how = StdioServerParameters(command="sh", args=["-c", self.command], env=variables, cwd=self.folder)
        async with Client(how, read_timeout_seconds=60) as client:
            return [await client.call_tool(name, given) for name, given in calls]

    @property
    def transcript(self) -> str:
        return "".join((self.folder / name).read_text() for name in ("sent", "received", "log"))


def answer(result: Any) -> dict[str, Any]:
    assert not result.is_error, result.content
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


def error(result: Any) -> str:
    assert result.is_error
    return str(result.content[0].text)


def test_the_four_faults_of_the_demo_are_answered_by_reference(world, tmp_path):
    with contextlib.ExitStack() as stages:
        scenes = [stages.enter_context(staged(faults.load(slug), world)) for slug in FAULTS]
        environment = {name: value for scene in scenes for name, value in scene.given.environment.items()}
        environment |= {f"T{number}": scene.given.target.reveal() for number, scene in enumerate(scenes)}
        calls = [
            (
                "check",
                {"target": f"env:T{number}", "client": scene.given.client or "", "error": scene.given.error or ""},
            )
            for number, scene in enumerate(scenes)
        ]
        for name in ("first", "second"):  # all four are one server, role and database: three turns in five minutes
            (tmp_path / name).mkdir()
        first, second = Session(tmp_path / "first", environment), Session(tmp_path / "second", environment)
        told = [answer(each) for each in [*first.ask(*calls[:2]), *second.ask(*calls[2:], calls[2])]]
        transcript = first.transcript + second.transcript
        assert [each["cause"] for each in told[:4]] == [scene.fault.expect.cause for scene in scenes]
        for scene, each in zip(scenes, told, strict=False):
            outcomes = {fix["outcome"] for fix in each["fixes"]}
            assert ("confirmed" in outcomes) == (scene.fault.expect.fix is not None)
            assert each["login"] == "" and len(json.dumps(each)) < 6000
        assert "less than 5 minutes ago" in told[4]["login"] and told[4]["status"] == "reachable"
        secrets = {scene.given.target.reveal() for scene in scenes} | {world.password.reveal()}
        secrets |= {found[1] for value in environment.values() for found in re.finditer(r"://[^:]*:([^@]+)@", value)}
        assert len(secrets) > len(FAULTS) + 1
        assert [secret for secret in secrets if secret and secret in transcript] == []
        assert "wrong-password" in transcript


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> tuple[Session, list[Any]]:
    """One server for what needs no Postgres."""
    folder = tmp_path_factory.mktemp("agent")
    (folder / "project").mkdir()
    (folder / "other.env").write_text(f"DATABASE_URL=postgresql://alex:{PASSWORD}@127.0.0.1:{closed_port()}/shop\n")
    project = folder / "project"
    (project / "db.env").write_text((folder / "other.env").read_text())
    session = Session(project, {"EMPTY": ""}, "--no-login")
    return session, session.ask(
        ("check", {"target": f"postgresql://alex:{PASSWORD}@127.0.0.1/shop"}),
        ("check", {"target": "@../other.env"}),
        ("check", {}),
        ("check", {"target": "@db.env"}),
        ("check", {"target": "@db.env", "client": "no-such-driver"}),
        ("explain", {"text": f"could not connect to postgresql://alex:{PASSWORD}@db/x: Connection refused"}),
        ("rules", {"word": "28P01"}),
        ("rules", {"word": "certificate expired"}),
        ("snippets", {"stack": "django", "target": "@db.env"}),
        ("snippets", {"stack": "cobol", "target": "@db.env"}),
    )


def test_only_references_are_accepted(answers):
    session, told = answers
    assert "must be a reference" in error(told[0]) and PASSWORD not in error(told[0])
    assert "below the folder" in error(told[1])
    assert "names a connection" in error(told[2])
    assert "no-such-driver" in error(told[4])
    received = (session.folder / "received").read_text() + (session.folder / "log").read_text()
    assert PASSWORD not in received


def test_what_needs_no_login_is_answered(answers):
    _, told = answers
    refused = answer(told[3])
    assert (refused["status"], refused["cause"], refused["stage"]) == ("fails", "connection-refused", "tcp")
    explained = answer(told[5])
    assert explained["cause"] == "connection-refused" and explained["fixes"] and explained["next"]
    assert "password" in answer(told[6])["page"] and answer(told[6])["found"] == []
    found = answer(told[7])
    assert found["page"] == "" and 0 < len(found["found"]) <= 20
    pasted = answer(told[8])
    assert "PGPASSWORD" in pasted["text"] and PASSWORD not in pasted["text"]
    assert "django" in error(told[9])


def test_the_tools_say_what_they_take_and_give(tmp_path):
    from mcp import Client

    from pgwhy.agents.server import Limits, server

    async def tools() -> list[Any]:
        async with Client(server(Limits())) as client:
            return (await client.list_tools()).tools

    made = asyncio.run(tools())
    assert [tool.name for tool in made] == TOOLS
    assert all(tool.description and tool.output_schema and tool.annotations.read_only_hint for tool in made)
    assert all(f"`{name}(" in skill() for name in TOOLS)
    assert skill().startswith("---\nname: pgwhy\ndescription: ") and len(skill().splitlines()) < 100


def test_without_the_sdk_it_says_what_to_install(monkeypatch, capfd):
    for name in ("mcp", "mcp.server"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "pgwhy.agents.server", raising=False)
    assert run(["mcp"]) == 2
    assert "pip install 'pgwhy[mcp]'" in capfd.readouterr().err
    assert run(["mcp", "--skill"]) == 0
    assert capfd.readouterr().out == skill()
