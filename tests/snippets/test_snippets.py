"""What is printed for each stack: no secret, what the driver understands, the right host, and nothing weaker."""

from __future__ import annotations

import ast
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from pgwhy.snippets import STACKS, Snippet, snippet
from pgwhy.target import CannotChange, read
from pgwhy.target.dialects import keywords, secret_parts
from pgwhy.target.forms import FORMS, CannotCarry, lacking, write
from tests.sampling import examples
from tests.target.generated import targets
from tests.target.machines import MARKER, machine
from tests.target.reading_back import read as read_form

DIRECT = "ep-cool-darkness-123456.us-east-2.aws.neon.tech"
POOLED = DIRECT.replace("123456", "123456-pooler")
NEON = f"postgresql://alex:{MARKER}@{DIRECT}/neondb?sslmode=require&channel_binding=require"
OWN = f"postgresql://alex:{MARKER}@db.acme.internal:5433/app?sslmode=verify-full&sslrootcert=/etc/acme/ca.pem"
ROOTS = "/etc/ssl/certs/ca-certificates.crt"


def made(stack: str, text: str = NEON, host: str = "", roots: str = ROOTS) -> Snippet:
    return snippet(read(text, machine()), stack, host, roots)


@pytest.mark.parametrize("stack", sorted(STACKS))
@pytest.mark.parametrize("text", [NEON, OWN, f"{OWN}&application_name={MARKER[:3]}&options=-c%20geqo%3Doff"])
def test_no_snippet_holds_the_password(stack: str, text: str) -> None:
    one = made(stack, text)
    assert MARKER not in one.text + "".join(one.notes)
    assert "PGPASSWORD" in one.text + "".join(one.notes) or stack == "pgpass"


@pytest.mark.parametrize("stack", sorted(STACKS))
def test_every_snippet_names_the_server_and_role(stack: str) -> None:
    text = made(stack, OWN).text
    assert "db.acme.internal" in text
    assert "5433" in text
    assert "alex" in text


@pytest.mark.parametrize("stack", sorted(set(STACKS) - {"pgpass", "neon-serverless"}))
def test_no_snippet_is_weaker_than_its_target(stack: str) -> None:
    """A target that checks the certificate against a file of its own does so in every stack."""
    text = made(stack, OWN).text
    assert "/etc/acme/ca.pem" in text or "/etc/acme/ca.pem".replace("/", "%2F") in text
    assert "rejectUnauthorized" not in text
    for weaker in ("sslmode=prefer", "sslmode=allow", "sslmode=disable", "accept_invalid_certs"):
        assert weaker not in text


@pytest.mark.parametrize("stack", [name for name, each in STACKS.items() if each.file.endswith(".py")])
def test_python_can_be_parsed(stack: str) -> None:
    for text in (NEON, OWN, "host=db user=a'b"):
        ast.parse(made(stack, text + " dbname=x" if text.startswith("host") else text).text)


@pytest.mark.parametrize(
    ("stack", "host"),
    [("nextjs", POOLED), ("vercel", POOLED), ("prisma-migrate", DIRECT), ("psql", DIRECT), ("psycopg", DIRECT)],
)
def test_the_host_follows_the_use(stack: str, host: str) -> None:
    assert host in made(stack).text


def test_the_host_can_be_asked_for() -> None:
    assert POOLED in made("psql", host="pooled").text
    assert DIRECT in made("psycopg", NEON.replace(DIRECT, POOLED), "direct").text
    assert "changes nothing" in made("psql", OWN, "pooled").why


def test_an_endpoint_in_the_options_follows_the_host() -> None:
    told = made("psycopg", NEON + "&options=endpoint%3Dep-cool-darkness-123456", "pooled")
    assert 'options="endpoint=ep-cool-darkness-123456-pooler"' in told.text


def test_the_certificate_is_checked_where_there_are_roots_for_it() -> None:
    assert f'sslmode="verify-full",\n    channel_binding="require",\n    sslrootcert="{ROOTS}"' in made("psycopg").text
    without = made("psycopg", roots="")
    assert 'sslmode="require"' in without.text
    assert any("verify-full would check" in note for note in without.notes)
    assert "ssl: true" in made("node-postgres", roots="").text


def test_what_a_driver_would_send_to_the_server_is_left_out_and_said() -> None:
    told = made("asyncpg")
    assert "channel_binding" not in told.text
    assert any("channel_binding=require left out" in note for note in told.notes)
    assert 'setProperty("channelBinding", "require")' in made("jdbc").text


def test_a_cold_start_fits_into_the_time_limit() -> None:
    assert 'connect_timeout="15"' in made("psycopg").text
    assert 'connect_timeout="15"' in made("psycopg", NEON + "&connect_timeout=3").text
    assert 'connect_timeout="60"' in made("psycopg", NEON + "&connect_timeout=60").text
    assert "connectionTimeoutMillis: 15000" in made("node-postgres").text
    assert "connect_timeout" not in made("psycopg", OWN).text


def test_a_broken_string_is_mended_first() -> None:
    assert made("psycopg", f"psql '{NEON}'").text == made("psycopg").text
    with pytest.raises(CannotChange, match="web page"):
        made("psycopg", "https://console.neon.tech/app/projects")


@pytest.mark.parametrize("stack", ["dotenv", "vercel", "laravel", "compose", "kubernetes"])
def test_a_reference_in_a_file_becomes_the_password_where_it_is_expanded(stack: str) -> None:
    told = made(stack).text.replace("${PGPASSWORD}", MARKER)
    values = read_form(FORMS[STACKS[stack].form], told)
    assert values["password"] == MARKER
    assert values["user"] == "alex"


def test_a_framework_s_file_becomes_another_stack_s(tmp_path: Path) -> None:
    file = tmp_path / "database.yml"
    file.write_text(f"production:\n  database: neondb\n  host: {DIRECT}\n  password: <%= ENV['APP_PASSWORD'] %>\n")
    command = [sys.executable, "-m", "pgwhy", "snippets", "--from", "rails", "--for", "psycopg", "@database.yml"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert f'host="{DIRECT}"' in run.stdout
    assert 'password=os.environ["PGPASSWORD"]' in run.stdout


def test_what_a_stack_cannot_reach_is_said() -> None:
    with pytest.raises(CannotCarry, match="cannot carry host"):
        made("laravel", "host=/tmp user=alex dbname=app")


def test_one_stack_is_one_file_on_standard_output(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pgwhy", "snippets", "--for", "psycopg", NEON]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert run.stdout.startswith("import os\n")
    assert "a time limit of 15 s" in run.stderr
    assert MARKER not in run.stdout + run.stderr


@pytest.mark.parametrize("command", ["snippets", "anatomy"])
def test_without_any_target_there_is_nothing_to_write(command: str, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    line = [sys.executable, "-m", "pgwhy", command]
    run = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path, env=environment)
    assert run.returncode == 2
    assert "nothing here names a connection" in run.stderr


def test_every_stack_at_once_in_json(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pgwhy", "snippets", "--format", "json", NEON]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert [each["stack"] for each in json.loads(run.stdout)] == list(STACKS)
    assert MARKER not in run.stdout + run.stderr


def test_the_forms_of_the_stacks_exist() -> None:
    for stack in STACKS.values():
        assert stack.form in FORMS
        assert write(FORMS["uri"], {"host": "h"}) == "postgresql://h"


@settings(max_examples=examples(150), deadline=None, database=None)
@given(targets())
def test_python_and_libpq_s_files_say_what_the_target_says(values: dict[str, str]) -> None:
    """Whatever stands in a value, it is that value in the program too, and no code of its own."""
    values = {name: value for name, value in values.items() if name not in lacking(FORMS["keywords"], values)}
    target = read(write(FORMS["keywords"], values), machine())
    if target.problems:
        return
    told = ast.parse(snippet(target, "psycopg", roots="").text)
    call = next(node for node in ast.walk(told) if isinstance(node, ast.Call))
    arguments = {word.arg: word.value.value for word in call.keywords if isinstance(word.value, ast.Constant)}
    expected = {name: value for name, value in values.items() if name != "password"}
    if "options" in expected:
        expected["options"] = secret_parts.masked(expected["options"])  # nobody knows what an own setting holds
    changed = {"sslmode", "sslrootcert", "connect_timeout"} if "neon.tech" in values.get("host", "") else set()
    assert {k: v for k, v in arguments.items() if k not in changed} == {
        k: v for k, v in expected.items() if k not in changed
    }
    (command, argument) = shlex.split(snippet(target, "psql", "", "").text)
    assert command == "psql"
    assert keywords.parse(argument).values.keys() == arguments.keys()
