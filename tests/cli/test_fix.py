"""`pgwhy fix`: the confirmed fix is written into the user's own file, and then the real client connects."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from pgwhy.cli import run
from pgwhy.lab import demo
from pgwhy.lab.faults import faults
from pgwhy.lab.world import World
from tests import parts
from tests.old_clients import run_old_client

BEFORE = "# shop\nAPP_NAME='shop'  # a comment\n"
BEHIND = "\nAPI_KEY=sk_live_q8w7e6r5t4\n"


def psql(url: str) -> subprocess.CompletedProcess[str]:
    program = parts.psql(parts.system_postgres())
    command = [str(program), url, "-Atc", "select current_user"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def url_in(file: Path) -> str:
    line = next(line for line in file.read_text().splitlines() if line.startswith("DATABASE_URL="))
    return line.partition("=")[2].strip("\"'")


BROKEN = {
    "a client without TLS": {"sslmode": "disable", "channel_binding": None},
    "no server name in TLS": {"sslsni": "0"},
    "an option that names another endpoint": {"options": "endpoint=ep-old-morning-123456"},
}


@pytest.mark.parametrize("quote", ["", '"', "'"])
@pytest.mark.parametrize("what", BROKEN)
def test_the_edit_lets_the_real_client_in(
    what: str,
    quote: str,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = world.uri(**BROKEN[what])
    file = tmp_path / ".env"
    file.write_text(f"{BEFORE}DATABASE_URL={quote}{broken}{quote}{BEHIND}")
    file.chmod(0o640)
    assert psql(broken).returncode != 0
    assert run(["fix", "@.env", "--write", "--yes"]) == 0
    shown = capfd.readouterr()
    assert "confirmed" in shown.out
    assert world.password.reveal() not in shown.out + shown.err
    assert "sk_live" not in shown.out + shown.err
    text = file.read_text()
    assert text.startswith(BEFORE) and text.endswith(BEHIND)
    assert f"DATABASE_URL={quote}" in text
    assert file.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / ".env.before-pgwhy").read_text() == f"{BEFORE}DATABASE_URL={quote}{broken}{quote}{BEHIND}"
    connected = psql(url_in(file))
    assert (connected.returncode, connected.stdout.strip()) == (0, "alex"), connected.stderr


def test_without_write_nothing_is_written(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "appsettings.json"
    url = world.uri(sslmode="disable", channel_binding=None)
    file.write_text(json.dumps({"ApiKey": "sk_live_q8w7e6r5t4", "Urls": {"Shop": url}, "Other": "pw_of_another"}))
    before = file.read_text()
    assert run(["fix", "@appsettings.json"]) == 0
    assert file.read_text() == before
    out = capfd.readouterr().out
    assert out.count("\n-") == 2 and out.count("\n+") == 2  # the names, and one line each
    assert "sk_live" not in out and "pw_of" not in out  # the rest of the line is nobody's business


def test_without_anybody_s_agreement_nothing_is_written(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text(f"DATABASE_URL={world.uri(sslmode='disable', channel_binding=None)}\n")
    before = file.read_text()
    assert run(["fix", "@.env", "--write"]) == 2
    assert file.read_text() == before
    assert "nobody agreed to it" in capfd.readouterr().err


def test_a_fix_that_meets_another_obstacle_is_shown_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text("DATABASE_URL=postgresql://alex:npg_q8@w7e6@127.0.0.1:1/shop\n")
    before = file.read_text()
    assert run(["fix", "@.env", "--write", "--yes"]) == 1
    assert file.read_text() == before
    told = capfd.readouterr()
    assert "advanced" in told.out and "not written" in told.err
    assert "npg_q8" not in told.out + told.err


def test_where_no_fix_was_confirmed_nothing_is_written(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text(f"DATABASE_URL={world.uri(password='npg_wrong_one')}\n")
    before = file.read_text()
    assert run(["fix", "@.env", "--write", "--yes"]) == 1
    assert file.read_text() == before
    assert "no fix was confirmed" in capfd.readouterr().err


def test_a_change_that_only_tests_something_is_not_written(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The database that every server has connects, and is not the one that the program needs."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text(f"DATABASE_URL={world.uri().replace('/neondb', '/nosuch')}\n")
    before = file.read_text()
    assert run(["fix", "@.env", "--write", "--yes"]) == 1
    assert file.read_text() == before
    told = capfd.readouterr()
    assert "CONFIRMED" in told.out and "only a test" in told.err


COMPOSE = """\
services:
  app:
    environment:
      DATABASE_URL: {url}
  {server}:
    image: postgres:16
    command: postgres -p {inside}
    ports: ["{published}:{inside}"]
"""


@pytest.mark.parametrize("what", ["the port that is published", "the name of another service"])
def test_a_compose_file_s_address_is_written_and_lets_the_real_client_in(
    what: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """`hostaddr` is what Docker's resolver is between the containers: the name leads to the server."""
    monkeypatch.chdir(tmp_path)
    inside, published = world.gateway.port, 1
    host = "postgres" if "name" in what else world.host
    url = world.uri(host=host).replace(f":{inside}/", f":{published if 'port' in what else inside}/")
    file = tmp_path / "compose.yaml"
    file.write_text(COMPOSE.format(url=url, server=world.host, inside=inside, published=published))
    before = file.read_text()
    assert psql(url).returncode != 0
    assert run(["fix", "@compose.yaml", "--write", "--yes"]) == 0
    shown = capfd.readouterr()
    assert "confirmed" in shown.out
    assert world.password.reveal() not in shown.out + shown.err
    assert file.read_text() == before.replace(url, world.uri())
    connected = psql(world.uri())
    assert (connected.returncode, connected.stdout.strip()) == (0, "alex"), connected.stderr


@pytest.mark.parametrize("slug", demo.FAULTS)
def test_each_fault_of_the_demo_is_mended_in_its_file(
    slug: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A wrong password is known to its owner alone: it is named, nothing is written, and the right one works."""
    monkeypatch.chdir(tmp_path)
    fault = faults.load(slug)
    given = faults.given(fault, faults.prepare(fault, world))
    assert given.target is not None
    broken, file = given.target.reveal(), tmp_path / ".env"
    file.write_text(f"{BEFORE}DATABASE_URL={broken}{BEHIND}")
    client = ["--client", given.client] if given.client else []

    def connects() -> bool:
        url = url_in(file)
        return (run_old_client(13, url).status if given.client else psql(url).returncode) == 0

    assert not connects()
    status = run(["fix", "@.env", *client, "--write", "--yes"])
    told = capfd.readouterr()
    if fault.expect.fix is None:
        assert (status, url_in(file)) == (1, broken)
        assert "no fix was confirmed" in told.err
        file.write_text(file.read_text().replace(broken, world.uri()))
    else:
        assert status == 0
    assert file.read_text().startswith(BEFORE) and file.read_text().endswith(BEHIND)
    assert connects()


PROGRAMS = {
    "settings.py": 'import dj_database_url\n\nDATABASES = {{"default": dj_database_url.parse("{url}")}}  # the shop\n',
    "knexfile.js": "// the shop\nmodule.exports = {{\n  client: 'pg',\n  connection: '{url}',\n}};\n",
    "main.go": 'package main\n\nconst dsn = "{url}"\n',
    "db.php": "<?php\n$config = ['driver' => 'pgsql', 'url' => '{url}', 'prefix' => ''];\n",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_edited_where_the_string_is(
    name: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = world.uri(options="endpoint=ep-old-morning-123456")
    file = tmp_path / name
    file.write_text(PROGRAMS[name].format(url=broken))
    assert run(["fix", f"@{name}", "--client", "psql", "--write", "--yes"]) == 0
    shown = capfd.readouterr()
    assert world.password.reveal() not in shown.out + shown.err
    repaired = re.search(r"postgresql://[^\"']+", file.read_text())
    assert repaired and file.read_text() == PROGRAMS[name].format(url=repaired[0])
    connected = psql(repaired[0])
    assert (connected.returncode, connected.stdout.strip()) == (0, "alex"), connected.stderr
