"""A target that cannot be used never replaces a decisive error text: the text is explained, and the page says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy import diagnose_sync
from pgwhy.progress import with_target
from pgwhy.report.text import page
from pgwhy.target import read
from tests.target.machines import machine

REFUSED = (
    'psql: error: connection to server at "h" (192.0.2.1), port 5432 failed: '
    'FATAL:  password authentication failed for user "alex"'
)
CLOSED = "Error: connect ECONNREFUSED 127.0.0.1:5432"
UNUSABLE = {
    "a missing file": "@nowhere.txt",
    "a missing file of settings": "@nowhere.yml",
    "a variable that is not set": "env:SHOP_URL",
    "an empty file": "@empty.txt",
    "an empty string": "",
    "a Compose file without a connection": "@compose.yaml",
    "broken YAML": "@broken.yml",
    "broken JSON": "@broken.json",
    "a file with several connections": "@several.env",
    "a template's text": "${DATABASE_URL}",
    "what is left of a variable": "undefined",
    "a word": "xyz",
    "a service that is not there": "service=nowhere",
    "a file of another database": "@mysql.env",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "empty.txt": "",
        "compose.yaml": "services:\n  db:\n    image: postgres\n    environment: {POSTGRES_PASSWORD: x}\n",
        "broken.yml": "a: [b\n",
        "broken.json": "{",
        "several.env": "A_DB_URL=postgresql://a@h1/d\nB_DB_URL=postgresql://a@h2/d\n",
        "mysql.env": "DB_CONNECTION=mysql\nDB_HOST=h\nDB_DATABASE=d\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("kind", UNUSABLE)
def test_the_text_is_explained_and_the_page_says_what_was_not_usable(kind: str, folder: Path) -> None:
    report = diagnose_sync(UNUSABLE[kind], error=REFUSED, machine=machine(folder=folder))
    assert report.verdict.cause == "wrong-password"
    assert report.extra["target_not_used"]
    assert "Not used" in page(report)


@pytest.mark.parametrize("kind", UNUSABLE)
def test_what_would_settle_more_is_a_command_for_this_shell(kind: str, folder: Path) -> None:
    report = diagnose_sync(UNUSABLE[kind], error=REFUSED, machine=machine(folder=folder))
    commands = [step.command for step in report.verdict.next if step.command.startswith("pgwhy")]
    assert commands
    assert not any(kind in command for kind in ("DATABASE_URL", "TARGET") for command in commands)


@pytest.mark.parametrize(
    ("target", "named"), [("@.env:SHOP_URL", "@.env:SHOP_URL"), ("env:SHOP_URL", "env:SHOP_URL"), ("host=h", "")]
)
def test_a_command_names_the_target_as_the_user_did(target: str, named: str, folder: Path) -> None:
    (folder / ".env").write_text("SHOP_URL=host=h\nOTHER=1\n")
    assert read(target, machine({"SHOP_URL": "host=h"}, folder=folder)).argument == named
    command = with_target("pgwhy TARGET --timeout 60", named)
    assert command == f"pgwhy {named} --timeout 60".replace("  ", " ")


@pytest.mark.parametrize("kind", ["a variable that is not set", "an empty string"])
def test_a_text_that_the_missing_target_explains_is_not_believed_instead(kind: str, folder: Path) -> None:
    report = diagnose_sync(UNUSABLE[kind], error=CLOSED, machine=machine(folder=folder))
    assert report.verdict.cause == "env-var-not-loaded"
