"""All commands as one click group: what a shell completes, and what the man pages are made of.

The command line itself does without (`cli.run`): it imports the one command that runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from pgwhy.cli import COMMANDS

PROGRAM = "pgwhy"
SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_PGWHY_COMPLETE"
"""Of the environment: what the shell's script sets when it asks what fits."""


class Commands(click.Group):
    """Each command is imported when it is asked for. `pgwhy` alone has the options of `check`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _command(cmd_name) if cmd_name in COMMANDS else None


def group() -> Commands:
    """The group."""
    check = _command("check")
    options: list[Any] = [each for each in check.params if isinstance(each, click.Option)]
    return Commands(PROGRAM, params=options, help=check.help, epilog=check.epilog)


def _command(name: str) -> click.Command:
    found: click.Command = import_module(f"pgwhy.cli.commands.{name}").command
    found.short_help = COMMANDS[name]
    return found


def complete(instruction: str) -> int:
    """Answer a shell (`VARIABLE` has the instruction): 0 if it was understood."""
    from click.shell_completion import shell_complete

    return shell_complete(group(), {"help_option_names": ["-h", "--help"]}, PROGRAM, VARIABLE, instruction)


def script(shell: str) -> str:
    """What a shell reads once, so that it asks afterwards. `shell` is one of `SHELLS`."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    # Without click's own look at the version of bash: the script may be made on another machine.
    made = kind(group(), {}, PROGRAM, VARIABLE)
    return made.source_template % made.source_vars() + "\n"
