"""`pgwhy mcp`: the tools of pgwhy for coding agents."""

from __future__ import annotations

from pathlib import Path

import click

from pgwhy.cli import trouble
from pgwhy.cli.output import write
from pgwhy.redaction import Redactor


def run(
    timeout: float, no_login: bool, no_verify: bool, web: bool | None, folders: tuple[Path, ...], skill: bool
) -> int:
    """Do what the command line asks for; the exit status."""
    if skill:
        from pgwhy.agents.skill import skill as text

        write(text(), Redactor())
        return 0
    try:
        from pgwhy.agents.server import Limits, serve
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "mcp":
            raise
        raise click.UsageError("this needs the MCP SDK; to install it:\n  pip install 'pgwhy[mcp]'") from None
    if folders:
        from pgwhy.engine import reports

        reports.all_rules(folders)
    trouble.guard_threads()
    serve(Limits(login=not no_login, verify=not no_verify, web=web, timeout_s=timeout, rules=folders))
    return 0
