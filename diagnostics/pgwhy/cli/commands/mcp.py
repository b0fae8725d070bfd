"""`pgwhy mcp`: the tools of pgwhy for coding agents."""

from __future__ import annotations

from typing import Any

import click

from pgwhy.cli import options


@click.command()
@options.timeout()
@options.no_login()
@click.option("--no-verify", is_flag=True, help="Do not try the fixes.")
@click.option("--web/--no-web", default=None, help="Also check port 443 of the provider, or never.")
@options.rules()
@click.option("--skill", is_flag=True, help="Print SKILL.md for agents that read skills, and exit.")
def command(**chosen: Any) -> int:
    """Serve check, explain, rules and snippets to a coding agent, by the Model Context Protocol.

    An agent starts this command and talks to it on standard input and output. Targets are named by reference only
    (env:NAME, or @FILE below this folder), so no secret enters the model's context. A target is logged in to at most
    once in five minutes. The options are limits: no agent can lift them.

    \b
      pip install 'pgwhy[mcp]'
      claude mcp add pgwhy -- pgwhy mcp
      pgwhy mcp --skill > .claude/skills/pgwhy/SKILL.md
    """
    from pgwhy.cli.actions import mcp as action

    return action.run(**chosen)
