"""CONTRIBUTING.md shows what its commands print: each of them is run, in the order of the page."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pgwhy.cli import run

PAGE = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
COMMANDS = [
    (shlex.split(command)[1:], shown.rstrip("\n"))
    for command, shown in re.findall(r"```console\n\$ (pgwhy [^\n]+)\n(.*?)```", PAGE, re.DOTALL)
]
(RULE,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def alike(text: str) -> str:
    """Report ids and the numbers of rules are others each time."""
    return re.sub(r"Report [0-9a-f]{6}|\d+ (?=examples|rules)|other \d+", "...", text)


def test_what_the_page_shows_is_what_the_commands_print(capfd, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for arguments, shown in COMMANDS:
        run(arguments)
        assert alike(capfd.readouterr().out.rstrip("\n")) == alike(shown), arguments
        if arguments[:2] == ["rules", "new"]:
            (tmp_path / "rules" / f"{arguments[2]}.toml").write_text(RULE, encoding="utf-8")
    assert len(COMMANDS) >= 6


def places() -> list[tuple[str, str]]:
    """Each `NAME` in `module.py` of the table of what to touch, as it says it."""
    table = PAGE.partition("### To add X, touch Y")[2]
    return re.findall(r"`(\w+)`(?: and its row in `\w+`, both)? (?:in|of) `([\w/]+\.py)`", table)


def test_what_the_table_says_to_touch_is_there() -> None:
    """A row that sends a contributor to a name that has gone costs more than the change."""
    root = Path(__file__).parents[1]
    assert len(places()) >= 10
    for name, module in places():
        found = [path for path in (root / "diagnostics" / "pgwhy" / module, root / module) if path.is_file()]
        assert found, module
        text = found[0].read_text(encoding="utf-8")
        assert re.search(rf"^\s*(?:class |def )?{name}\b", text, re.MULTILINE), f"{name} in {module}"
