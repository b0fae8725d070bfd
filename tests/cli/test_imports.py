"""Nobody waits for a library that his command does not need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.servers import closed_port

OF_A_FORMAT = {
    "html": "jinja2",
    "markdown": "pgwhy.report.markdown",
    "junit": "pgwhy.report.junit",
    "github": "pgwhy.report.github",
}
RUN = """
import json, sys
from pgwhy.cli import run
status = run(json.loads(sys.argv[1]))
sys.stderr.write(json.dumps([status, sorted(sys.modules)]))
"""


def imported(*arguments: str) -> set[str]:
    """The modules that a command has imported when it is done."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(arguments)], capture_output=True, text=True, timeout=60, check=True
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
