"""Nobody waits for a library that his command does not need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pgwhy.cli import COMMANDS
from tests.servers import closed_port

OF_A_FORMAT = {
    "html": "jinja2",
    "markdown": "pgwhy.report.markdown",
    "junit": "pgwhy.report.junit",
    "github": "pgwhy.report.github",
}
OF_HELP = {
    "pgwhy",
    "pgwhy.cli",
    "pgwhy.cli.commands",
    "pgwhy.cli.options",
    "pgwhy.cli.request",
    "pgwhy.cli.trouble",
    "pgwhy.lab",
    "pgwhy.lab.faults",
    "pgwhy.lab.faults.real_clients",
    "pgwhy.scales",
    "pgwhy.values",
}
HEAVY = {"asyncio", "cryptography", "json", "logging", "OpenSSL", "psycopg", "socket", "ssl", "subprocess"}
"""What a command may need, and its help page does not."""
RUN = """
import sys
from pgwhy.cli import run
status, modules = run(sys.argv[1:]), sorted(sys.modules)
import json
sys.stderr.write(json.dumps([status, modules]))
"""


def imported(*arguments: str) -> set[str]:
    """The modules that a command has imported when it is done."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    status, modules = json.loads(ran.stderr)
    assert status in (0, 1), ran.stdout
    return set(modules)


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "markdown", "junit", "github", "html"])
def test_a_format_imports_only_its_own(form):
    modules = imported(f"postgresql://alex@127.0.0.1:{closed_port()}/neondb", "--format", form, "--timeout", "5")
    needed = {name for name, module in OF_A_FORMAT.items() if module in modules}
    assert needed == ({form} & set(OF_A_FORMAT) | ({"html"} if form == "html" else set()))
    assert form == "html" or not modules & {"jinja2", "markupsafe", "html.parser", "xml.sax", "playwright"} - (
        {"xml.sax"} if form == "junit" else set()
    )


@pytest.mark.parametrize(
    "arguments", [["explain", "FATAL: password authentication failed for user 'alex'"], ["rules", "list"], ["schema"]]
)
def test_other_commands_import_none_of_them(arguments):
    assert not imported(*arguments) & {*OF_A_FORMAT.values(), "markupsafe", "xml.sax"}


@pytest.mark.parametrize("command", [*COMMANDS, "rules new", "rules show", "lab up", "lab record"])
def test_a_help_page_imports_the_options_and_nothing_that_a_command_does(command: str) -> None:
    modules = imported(*command.split(), "--help")
    ours = {name for name in modules if name.partition(".")[0] == "pgwhy"}
    assert {name for name in ours - OF_HELP if not name.startswith("pgwhy.cli.commands.")} == set()
    assert not modules & HEAVY


def test_the_version_imports_nothing() -> None:
    modules = imported("--version")
    assert {name for name in modules if name.partition(".")[0] == "pgwhy"} == {"pgwhy", "pgwhy.cli"}
    assert not modules & {"click", "dataclasses", *HEAVY}
