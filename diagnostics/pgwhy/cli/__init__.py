"""The command line. One module a command, imported only when that command runs; `--version` imports nothing at all."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from pgwhy import __version__

if TYPE_CHECKING:
    from typing import Any

COMMANDS = {
    "check": "diagnose a connection (the default command)",
    "fix": "print the confirmed fix as an edit of your file, or make it",
    "explain": "say what an error text, a report, a cause or a rule means",
    "fleet": "examine many targets, and say what those that fail share",
    "watch": "examine targets again and again, and tell what changes",
    "exporter": "answer Prometheus: does a target work, and if not, why",
    "run": "run a command, and say why if it cannot connect",
    "checklist": "check what a team should have in place before relying on it",
    "ticket": "bundle what support needs into one .zip",
    "diff": "compare two runs and show where they diverge",
    "demo": "diagnose four broken connections on a Postgres of its own",
    "lab": "start a broken Postgres, to try with your own client",
    "rules": "list, show, test and write the rules of pgwhy",
    "anatomy": "show what each part of a connection string means",
    "snippets": "print code or settings to paste, for each stack",
    "mcp": "serve these tools to a coding agent (Model Context Protocol)",
    "completion": "print what lets bash, zsh or fish complete pgwhy",
    "schema": "print the JSON Schema of a report",
}
"""The line of each command on the help page: with its name at most 78 characters."""


_QUICK = ("check", "explain")
"""What people wait for; the start and the end of the interpreter are half of it."""
_HELP = {"--help", "-h"}
_ONLY_TELLS = {"--plan", "--help", "-h", "help"}
"""Arguments of `check` with which it connects nowhere."""


def main() -> None:
    """The `pgwhy` command."""
    arguments = sys.argv[1:]
    if instruction := os.environ.get("_PGWHY_COMPLETE"):  # a shell asks what fits
        from importlib import import_module

        sys.exit(import_module("pgwhy.cli.group").complete(instruction))
    from pgwhy.cli import process

    try:
        process.take_standard_streams(keep_closed=arguments[:1] == ["run"])
        if arguments[:1] != ["run"]:  # signals are for the command that it runs
            process.end_as_if_interrupted()
        named = bool(arguments) and arguments[0] in COMMANDS
        asks_for_help = arguments[-1:] in (["--help"], ["-h"])
        if arguments != ["--version"] and (asks_for_help or not (named and arguments[0] not in _QUICK)):
            if arguments[:1] == ["explain"] or asks_for_help:
                process.keep_everything()
            else:
                process.hasten()
                if not _ONLY_TELLS & set(arguments):
                    process.prepare_login()
                    process.import_asyncio()
            process.leave(run(arguments))
        status = run(arguments)
    except KeyboardInterrupt:
        process.leave(130)
    if process.is_out_of_files():
        process.leave(status)
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """Run a command line, without the program's name; the exit status of the contract (docs/design.md, "Contracts")."""
    if arguments == ["--version"]:
        sys.stdout.write(f"pgwhy {__version__}\n")
        return 0
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:2], "--help"]
    named = bool(arguments) and arguments[0] in COMMANDS
    try:
        if arguments and not named and arguments[0].replace("_", "").isalpha():
            from pgwhy.cli.trouble import refuse_mistyped

            refuse_mistyped(arguments[0], COMMANDS)
        return _command(arguments[0] if named else "check", arguments[1:] if named else arguments)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        try:
            from pgwhy.cli.trouble import told
        except (OSError, ImportError):  # not even that file can be opened
            sys.stderr.write("pgwhy: this process may open too few files (ulimit -n)\n")
            return 2
        return told(error, arguments)


def _command(name: str, arguments: list[str]) -> int:
    from importlib import import_module

    module = import_module(f"pgwhy.cli.commands.{name}")
    program = "pgwhy" if name == "check" else f"pgwhy {name}"
    status = module.command.main(
        args=arguments,
        prog_name=program,
        standalone_mode=False,
        help_option_names=["-h", "--help"],
        default_map={} if _HELP & set(arguments) else _defaults(name, module.command),
    )
    return status if isinstance(status, int) else 0


def _defaults(name: str, command: Any) -> dict[str, Any]:
    """What the project's settings file says; raises `click.UsageError` for one that cannot be understood."""
    from pathlib import Path

    from pgwhy.cli import settings

    words = {each.name: tuple(getattr(each.type, "choices", ())) for each in command.params}
    try:
        return settings.defaults(name, words, Path.cwd())
    except settings.BadSetting as problem:
        import click

        raise click.UsageError(str(problem)) from None
    except FileNotFoundError:  # the folder that we are in is gone
        return {}
