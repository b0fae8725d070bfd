"""What the documents show is run, against the lab."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.servers import closed_port

DOCS = Path(__file__).resolve().parents[2] / "docs"
WRONG = "npg_Wr0ngPassword"


def blocks(document, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / document).read_text("utf-8"), re.MULTILINE | re.DOTALL)


def shell(command, folder, uri):
    """A command as in the documents, where `pgwhy` is that of these tests."""
    here = {**os.environ, "DATABASE_URL": uri, "HOME": str(folder), "COLUMNS": "80"}
    here["PATH"] = f"{folder}:{Path(sys.executable).parent}:{here['PATH']}"
    done = subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True, timeout=120)
    assert WRONG not in done.stdout + done.stderr
    return done


@pytest.fixture
def app(tmp_path):
    """The application, and Django's manage.py, of the documents."""
    for name in ("app", "manage.py"):
        (tmp_path / name).write_text('#!/bin/sh\necho started "$@"\n')
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("block", blocks("python.md", "python"))
def test_each_python_example_runs(block, world, tmp_path):
    done = shell([sys.executable, "-c", block], tmp_path, world.uri())
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", [b for b in blocks("python.md", "python") if "on_failure" in b or "explain_f" in b])
def test_where_an_example_fails_its_traceback_says_why(block, world, tmp_path):
    uri = f"postgresql://alex:{WRONG}@127.0.0.1:{world.postgres_port}/neondb"
    done = shell([sys.executable, "-c", block], tmp_path, uri)
    assert done.returncode == 1 and "FAILS for psycopg 3: the password is wrong for this role" in done.stderr


@pytest.mark.parametrize("line", blocks("ci.md", "sh"))
def test_each_shell_line_starts_what_it_should(line, world, app):
    done = shell(["sh", "-c", line], app, world.uri())
    assert done.returncode == 0 and "started" in done.stdout, done.stderr


def entrypoint():
    (block,) = blocks("ci.md", "dockerfile")
    words = {name: json.loads(text) for name, text in (line.split(" ", 1) for line in block.splitlines())}
    return words["ENTRYPOINT"] + words["CMD"]


def test_the_entrypoint_starts_the_command_with_its_arguments(world, app):
    done = shell([*entrypoint(), "--port", "a b"], app, world.uri())
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "started --port a b"), done.stderr


def test_the_entrypoint_starts_nothing_with_a_wrong_password(world, app):
    done = shell(entrypoint(), app, world.uri(password=WRONG))
    assert done.returncode == 1 and "started" not in done.stdout and "FAILS at the login" in done.stdout


def workflow():
    (block,) = blocks("ci.md", "yaml")
    job = yaml.safe_load(block)["jobs"]["test"]
    return {step["name"]: step["run"] for step in job["steps"] if "name" in step}


def test_the_steps_of_the_workflow_pass_with_a_database(world, app):
    (app / "test_app.py").write_text("import unittest\nclass T(unittest.TestCase):\n    def test_it(self): pass\n")
    for run in workflow().values():
        done = shell(["bash", "-e", "-c", run], app, world.uri())
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_steps_of_the_workflow_say_why_they_fail(app):
    (app / "test_app.py").write_text(
        "import os, unittest, psycopg\nclass T(unittest.TestCase):\n"
        "    def test_it(self): psycopg.connect(os.environ['DATABASE_URL'])\n"
    )
    steps = {name: run.replace("--wait 60", "--wait 1") for name, run in workflow().items()}
    uri = f"postgresql://alex:{WRONG}@127.0.0.1:{closed_port()}/neondb"
    checked = shell(["bash", "-e", "-c", steps["Wait for the database"]], app, uri)
    assert checked.returncode == 1 and checked.stdout.startswith("::error title=")
    tested = shell(["bash", "-e", "-c", steps["Tests"]], app, uri)
    assert tested.returncode == 1 and re.search("FAILS (in|for) psycopg 3: ", tested.stderr)  # in: a container itself
