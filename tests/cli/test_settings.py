"""The defaults of a project: pgwhy.toml and [tool.pgwhy], what they may say, and that the command line goes first."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pgwhy.cli import run
from pgwhy.cli import settings as known
from tests.servers import closed_port

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
REFUSED = 'connection to server at "db.example.com" (192.0.2.7), port 5432 failed: Connection refused'


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A repository with a folder in it, in which we are."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "service").mkdir()
    monkeypatch.chdir(tmp_path / "service")
    return tmp_path


def test_a_file_further_up_in_the_repository_gives_target_format_and_client(project, capfd, monkeypatch):
    monkeypatch.setenv("OUR_DATABASE", f"postgresql://alex:x@127.0.0.1:{closed_port()}/shop")
    (project / "pgwhy.toml").write_text(
        'target = "env:OUR_DATABASE"\nclient = "psycopg2"\nlogin = false\n[check]\nformat = "json"\n'
    )
    assert run([]) == 1
    report = json.loads(capfd.readouterr().out)
    assert (report["verdict"]["cause"], report["tested_as"]["client"]) == ("connection-refused", "psycopg2")
    assert report["target"]["dbname"]["value"] == "shop"
    assert run(["--format", "text", "--client", "pgjdbc"]) == 1
    assert capfd.readouterr().out.startswith("FAILS")


def test_a_target_in_a_file_and_rules_start_at_the_settings_file(project, capfd):
    (project / "db.env").write_text(f"DATABASE_URL=postgresql://alex:x@127.0.0.1:{closed_port()}/shop\n")
    (project / "rules").mkdir()
    (project / "pyproject.toml").write_text('[tool.pgwhy]\ntarget = "@db.env"\nrules = ["rules"]\n')
    assert run(["--json", "--no-login"]) == 1
    assert json.loads(capfd.readouterr().out)["verdict"]["cause"] == "connection-refused"


def test_a_file_above_the_repository_is_not_read(project, capfd, monkeypatch):
    (project / "pgwhy.toml").write_text("[check]\nformat = 7\n")
    (project / "service" / ".git").mkdir()
    assert run(["explain", REFUSED]) == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('target = "postgresql://alex:geheim@db/x"', "target must be a reference"),
        ("tiemout = 3", "did you mean timeout?"),
        ('output = "/etc/passwd"', "which pgwhy does not know"),
        ('timeout = "long"', "timeout must be a number of seconds"),
        ("[explain]\nwait = 3", "pgwhy explain has no wait"),
        ('[explain]\nformat = "odd"', "format of explain is one of text, json"),
        ("explain = 3", "explain must be a table"),
        ("[explain", "cannot be read"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_the_file(project, capfd, text, says):
    (project / "pgwhy.toml").write_text(text + "\n")
    assert run(["explain", REFUSED]) == 2
    told = " ".join(capfd.readouterr().err.split())
    assert says in told and "pgwhy.toml" in told and "geheim" not in told
    assert run(["explain", "--help"]) == 0  # help is always there


def test_the_page_lists_the_keys_and_no_other():
    table = re.findall(r"^\| `([\w-]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert table == list(known._KEYS)
