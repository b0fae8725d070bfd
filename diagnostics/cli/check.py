"""`pgwhy [TARGET]`: diagnose a connection."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import click

from diagnostics import redaction
from diagnostics import target as targets
from diagnostics.causes import Severity
from diagnostics.cli import COMMANDS, status
from diagnostics.cli.ignored import BadSetting, ignored
from diagnostics.cli.output import FORMATS, Terminal, rendered, step_summary, write
from diagnostics.client import Client, UnknownClient, resolve
from diagnostics.machine import Machine
from diagnostics.probes.probe import Options

HELP = """Why does this Postgres connection fail, and what makes it work?

TARGET is one of these; the first three keep the password out of your shell's history:

\b
  env:DATABASE_URL     a variable of the environment
  @url.txt             a file
  -                    standard input
  'postgresql://...'   a connection string: URL, keywords, JDBC, SQLAlchemy, Npgsql

Without TARGET: DATABASE_URL, .env, PGSERVICE, PG* variables, as your client would find them.
"""

EPILOG = (
    "\b\nCommands (a TARGET that is spelt like one needs `pgwhy check TARGET`):\n"
    + "\n".join(f"  {name:<9} {text}" for name, text in COMMANDS.items())
    + "\n\n\b\nExit status: 0 it connects, 1 it fails and the cause is known, 2 wrong options, 3 cause not found,\n"
    "4 it connects and --fail-on met a finding, 70 a mistake in pgwhy, 130 interrupted."
)


def _resolvers(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """`--compare-dns` as it was given, once each of them is `public` or an address with or without a port."""
    from ipaddress import ip_address

    for text in given:
        address, _, port = text.rpartition(":") if text.count(":") == 1 or "]:" in text else (text, "", "53")
        try:
            ip_address(address.strip("[]") if text != "public" else "::")
            in_range = 1 <= int(port) <= 65535
        except ValueError:
            in_range = False
        if not in_range:
            raise click.BadParameter(f"{text} is no IP address, with or without a port, and not `public`")
    return given


@click.command(help=HELP, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("target", required=False)
@click.option("--error", metavar="TEXT", help="What the failing client printed; @FILE and - are read.")
@click.option("--client", metavar="NAME[@VERSION]", help="The client that fails: psycopg2, libpq@13, pgjdbc ...")
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=10.0, metavar="SECONDS", help="For the whole run: 10."
)
@click.option("--no-login", is_flag=True, help="Nothing that needs the password.")
@click.option("--no-verify", is_flag=True, help="Do not try the fixes.")
@click.option(
    "--compare-dns",
    multiple=True,
    callback=_resolvers,
    metavar="ADDR[:PORT]",
    help="Ask a second resolver; `public` for known ones.",
)
@click.option("--web/--no-web", default=None, help="Also ask (never ask) the provider's port 443.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="What to print: text.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it to a file.")
@click.option(
    "--fail-on", type=click.Choice([s.value for s in Severity]), help="Exit 4 if it connects with such a finding."
)
@click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Further rules of your own.",
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave out the warnings and notes of a rule.")
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Find the drivers of a project and say what each will do.",
)
@click.option("--plan", is_flag=True, help="Only list what a run would open.")
@click.option("-v", "--verbose", is_flag=True, help="Everything that was seen.")
@click.option("--version", is_flag=True, hidden=True)
def command(target: str | None, version: bool, **options: Any) -> int:
    """Diagnose a connection."""
    if version:
        raise click.UsageError("--version stands alone: pgwhy --version")
    machine = Machine.here()
    if target == "-" and options["error"] == "-":
        raise click.UsageError("TARGET and --error cannot both be read from standard input")
    read = targets.read(target, machine, stdin=sys.stdin.read)
    redactor = redaction.for_target(read)
    error = _text(options["error"])
    client = _client(options["client"], error, read.driver)
    reasons = _reasons(machine, options["ignore"])
    if options["folders"]:
        _read_rules(options["folders"])

    from diagnostics import engine  # after the options were found right

    request = engine.Request(
        target=read,
        machine=machine,
        client=client,
        error=error,
        options=Options(login=not options["no_login"], web=options["web"], compare_dns=options["compare_dns"]),
        deadline_s=options["timeout"],
        verify=not options["no_verify"],
        rules=options["folders"],
        ignore=frozenset(reasons),
    )
    if options["plan"]:
        write(redactor.clean("\n".join(engine.plan(request))) + "\n", redactor, options["output"])
        return 0
    from diagnostics.cli.running import run

    terminal = Terminal.here(machine.environment, machine.platform)
    watched = terminal.live and options["format_"] == "text" and options["output"] is None
    report = run(request, redactor, terminal if watched else None)
    if told := report.extra.get("ignored"):
        named = [{"rule": rule, "reason": reasons.get(rule, "")} for rule in told]
        report = dataclasses.replace(report, extra={**report.extra, "ignored": named})
    if options["project"] is not None:
        from diagnostics.cli.running import with_project
        from diagnostics.project import scan

        report = with_project(report, request, scan(options["project"]), options["project"], redactor)
    if options["output"] is not None:
        terminal = Terminal()
    fail_on = Severity(options["fail_on"]) if options["fail_on"] else None
    text = rendered(report, options["format_"], terminal, options["verbose"], fail_on)
    if options["format_"] == "github":
        step_summary(report, redactor, machine.environment)
    try:
        write(text, redactor, options["output"])
    except OSError as problem:
        raise click.FileError(str(options["output"]), problem.strerror) from None
    return status.of_run(report, fail_on)


def _text(error: str | None) -> str | None:
    """The text of `--error`, from standard input or a file where that is asked for."""
    if error == "-":
        return sys.stdin.read()
    if error is not None and error.startswith("@") and Path(error[1:]).is_file():
        return Path(error[1:]).read_text(encoding="utf-8", errors="replace")
    return error


def _read_rules(folders: tuple[Path, ...]) -> None:
    """Find mistakes in the user's own rules before the run, as they are his and not ours."""
    from diagnostics import rulebook
    from diagnostics.probes import VOCABULARY
    from diagnostics.rules_compiled import RuleError

    try:
        rulebook.load(VOCABULARY, *folders)
    except RuleError as error:
        raise click.UsageError(f"--rules: {error}") from None


def _client(named: str | None, error: str | None, driver: str | None) -> Client:
    try:
        return resolve(named, error, driver)
    except UnknownClient as unknown:
        raise click.BadParameter(str(unknown), param_hint="--client") from None


def _reasons(machine: Machine, named: tuple[str, ...]) -> dict[str, str]:
    try:
        return ignored(machine.folder, named)
    except BadSetting as problem:
        raise click.UsageError(str(problem)) from None
