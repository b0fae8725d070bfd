"""The pages for people in trouble: each command of docs/when.md runs, and each text of a provider has its cause."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import pgwhy
from pgwhy.report import document
from tests.docs.test_examples import DOCS, WRONG, blocks, shell
from tests.report.scenarios import FOLDER, recorded

REFUSED = 'connection to server at "db.example.com" (192.0.2.7), port 5432 failed: Connection refused'
RAN = (0, 1, 3, 4)
"""Exit statuses of a command that did what it was asked for."""
LINES = [line for block in blocks("when.md", "sh") for line in block.splitlines()]


@pytest.fixture(scope="module")
def desk(tmp_path_factory, world) -> Path:
    """The files that the page speaks of, in a project whose `.env` has a wrong password."""
    folder = tmp_path_factory.mktemp("desk")
    uri = world.uri(password=WRONG)
    (folder / ".env").write_text(f"DATABASE_URL='{uri}'\n")
    (folder / "package.json").write_text('{"dependencies": {"pg": "8.13.0"}}')
    (folder / "app").write_text("#!/bin/sh\necho started\n")
    (folder / "app").chmod(0o755)
    (folder / "error.log").write_text(REFUSED)
    (folder / "tickets").mkdir()
    (folder / "tickets" / "one.txt").write_text(REFUSED)
    (folder / "tickets.csv").write_text(f'ticket,message\n1,"{REFUSED.replace(chr(34), chr(34) * 2)}"\n')
    (folder / "laptop.json").write_text(document.to_text(recorded("lab-healthy-sni")))
    (folder / "ci.json").write_text(document.to_text(recorded("lab-no-sni")))
    return folder


def test_there_are_twelve_situations():
    assert len(re.findall(r"^## \d+\. ", (DOCS / "when.md").read_text("utf-8"), re.MULTILINE)) == 12
    assert (FOLDER / "lab-no-sni").is_dir()


@pytest.mark.parametrize("line", LINES)
def test_each_command_does_what_it_is_asked_for(line, desk, world):
    done = shell(["sh", "-c", line], desk, world.uri())
    assert done.returncode in RAN and (done.stdout or "--output" in line), (done.returncode, done.stderr)
    assert world.password.reveal() not in done.stdout + done.stderr


PROVIDERS = sorted((DOCS / "providers").glob("*.md"))
ROW = re.compile(r"^\| (`+)(.+?)\1 \| `([a-z0-9-]+)` \|", re.MULTILINE)


@pytest.mark.parametrize("page", PROVIDERS, ids=lambda page: page.stem)
def test_each_text_of_a_provider_has_the_cause_that_its_page_names(page):
    rows = [(text, cause) for _, text, cause in ROW.findall(page.read_text("utf-8"))]
    assert len(rows) >= 3
    assert [pgwhy.explain(text).verdict.cause for text, _ in rows] == [cause for _, cause in rows]


@pytest.mark.parametrize("page", PROVIDERS, ids=lambda page: page.stem)
def test_the_strings_of_a_provider_are_ones_that_pgwhy_reads(page):
    text = page.read_text("utf-8")
    strings = re.findall(r"postgresql://\S+", text)
    assert strings
    for string in strings:
        command = [sys.executable, "-m", "pgwhy", "anatomy", "--json", string]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
