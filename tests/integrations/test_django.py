"""The Django application, in a real project: manage.py pgwhy, and the check that migrate runs."""

import json
import re
import subprocess
import sys

import pytest

from tests.integrations.conftest import WRONG
from tests.servers import closed_port

SETTINGS = """
import os
INSTALLED_APPS = ["pgwhy.integrations.django"]
DATABASES = {{
    "default": {{
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "neondb", "USER": "alex", "PASSWORD": os.environ["APP_SECRET"], "HOST": "127.0.0.1", "PORT": {port},
        "OPTIONS": {{"connect_timeout": 5}},
    }},
    "local": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
}}
SECRET_KEY = "x"
USE_TZ = True
"""


@pytest.fixture
def manage(tmp_path, monkeypatch):
    def run(port, password, *arguments, script=None):
        (tmp_path / "shop_settings.py").write_text(SETTINGS.format(port=port))
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "shop_settings")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setenv("APP_SECRET", password)
        command = [sys.executable, "-c", script] if script else [sys.executable, "-m", "django", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert password not in done.stdout + done.stderr
        return done

    return run


def test_the_command_diagnoses_the_database_of_the_settings(manage, world):
    done = manage(world.postgres_port, world.password.reveal(), "pgwhy")
    assert done.returncode == 0 and done.stdout.startswith("CONNECTS in "), done.stderr
    done = manage(world.postgres_port, WRONG, "pgwhy", "--", "--format", "json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["verdict"]["cause"] == "wrong-password"
    assert document["target"]["connect_timeout"]["value"] == "5"


@pytest.mark.parametrize(("alias", "said"), [("local", "is no PostgreSQL"), ("nowhere", "DATABASES has no 'nowhere'")])
def test_another_database_is_said_in_a_sentence(alias, said, manage):
    done = manage(1, WRONG, "pgwhy", "--database", alias)
    assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr


def test_migrate_says_why_it_cannot_connect(manage):
    done = manage(closed_port(), WRONG, "migrate")
    assert done.returncode == 1
    # "in" on a machine that is a container: its own localhost is then the client's mistake.
    said = r"\(pgwhy\.E001\) The database 'default' does not connect\. FAILS (in|for) psycopg 3: "
    assert re.search(said, done.stderr)
    assert "FAIL  tcp" in done.stderr


def test_migrate_goes_on_where_the_database_connects(manage, world):
    done = manage(world.postgres_port, world.password.reveal(), "migrate", "--plan")
    assert done.returncode == 0 and "pgwhy" not in done.stdout + done.stderr, done.stderr


def test_a_check_that_names_no_database_connects_to_none(manage):
    done = manage(closed_port(), WRONG, "check")
    assert done.returncode == 0 and "no issues" in done.stdout


def test_the_command_works_after_a_run_in_the_same_process(manage):
    """`pgwhy.cli.run` is a function; no module of that name may take its place."""
    script = (
        "import contextlib, sys, django\n"
        "from unittest import mock\n"
        "import pgwhy.cli\n"
        "with mock.patch('pgwhy.incident.command.end_like', lambda status: status):\n"
        "    assert pgwhy.cli.run(['run', '--', sys.executable, '-c', 'pass']) == 0\n"
        "django.setup()\n"
        "from django.core.management import call_command\n"
        "with contextlib.suppress(SystemExit):\n"
        "    call_command('pgwhy', '--', '--plan')\n"
    )
    done = manage(closed_port(), WRONG, script=script)
    assert "connect to 127.0.0.1 port" in done.stdout and "Traceback" not in done.stderr, done.stderr
