"""`pgwhy run -- CMD ARGS`: nothing but CMD while it works; why it failed when it could not connect."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from pgwhy.cli import options

if TYPE_CHECKING:
    from pgwhy.incident.investigation import Incident
    from pgwhy.target.model import Target

NOT_EXECUTABLE = 126
NOT_FOUND = 127
"""As a shell has them."""


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--target", metavar="TARGET", help="Target of CMD, if pgwhy cannot find it.")
@options.client("Driver that CMD uses: psycopg2, pgjdbc ...")
@options.timeout()
@options.no_login()
@click.option("--again", is_flag=True, help="Log in even if pgwhy logged in to the same target in the last 5 minutes.")
@click.option("--watch", is_flag=True, help="Look at what CMD prints while it runs: for servers that never exit.")
@click.option("--report", type=options.FILE, metavar="FILE", help="Also write the report to this file, as JSON.")
@options.verbose()
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="CMD [ARGS]...")
def command(
    command: tuple[str, ...],
    target: str | None,
    client: str | None,
    timeout: float,
    no_login: bool,
    again: bool,
    watch: bool,
    report: Path | None,
    verbose: bool,
) -> int:
    """Run CMD, and say why if it cannot connect to its database.

    While CMD works this is silent: the same output, exit status and signals. When it fails and what it printed looks
    like a connection error, the text is explained, the target that CMD used is checked (its arguments, its
    environment, .env), and the page goes to standard error. In a crash loop it logs in at most once in five minutes,
    unless the password or another setting was changed; --again logs in at once.

    \b
      pgwhy run -- ./manage.py migrate
      pgwhy run --watch -- npm start
    """
    from pgwhy.incident import command as transparent

    if client is not None:
        _check(client)
    told: set[str] = set()

    def tell(heard: str) -> None:
        """Why it failed, once for each cause. Whatever goes wrong here, CMD goes on and its exit status counts."""
        try:
            if watch and not _is_new(heard, client, told):
                return
            incident = _say_why(command, heard, target, client, timeout, login=not no_login, throttled=not again)
            if incident is not None:
                _print(incident, command, report, verbose)
        except Exception as mistake:
            from pgwhy.cli import trouble

            trouble.told(mistake, command)
        except KeyboardInterrupt:
            sys.stderr.write("pgwhy run: interrupted\n")

    try:
        ended = transparent.run(command, tell if watch and sys.stderr is not None else None)
    except transparent.CannotStart as problem:
        from pgwhy.cli.trouble import without_secrets  # CMD may be a target that lacks its --target

        said = f"pgwhy run: {command[0]} cannot be started: {problem.strerror}\n"
        sys.stderr.write(without_secrets(said, command[:1]))
        return NOT_FOUND if problem.errno == errno.ENOENT else NOT_EXECUTABLE
    may_speak = sys.stderr is not None and not ended.stopped_by_user
    if ended.status != 0 and may_speak:
        tell(ended.heard)
    return transparent.end_like(ended.status)


def _is_new(heard: str, client: str | None, told: set[str]) -> bool:
    """The text alone names a cause that it did not name before: a server that tries again says the same again."""
    from pgwhy.engine.reports import of_text
    from pgwhy.machine import Machine

    cause = of_text(heard, Machine.here(), client).verdict.cause
    if cause is None or cause in told:
        return False
    told.add(cause)
    return True


def _check(client: str) -> None:
    from pgwhy.client import UnknownClient, resolve  # a command that works pays for nothing

    try:
        resolve(client, None, None)
    except UnknownClient as unknown:
        raise click.BadParameter(str(unknown), param_hint="--client") from None


def _say_why(
    command: tuple[str, ...],
    heard: str,
    given: str | None,
    client: str | None,
    timeout_s: float,
    *,
    login: bool,
    throttled: bool,
) -> Incident | None:
    """Why it failed; `None` where the text is not about a connection."""
    from pgwhy import target as targets
    from pgwhy.cli import trouble
    from pgwhy.incident.investigation import investigate
    from pgwhy.machine import Machine
    from pgwhy.target.reading.in_command import in_command

    machine = Machine.here()
    trouble.guard_threads()

    def find(host: str, port: str) -> Target | None:
        return targets.read(given, machine) if given else in_command(command, machine, host, port)

    hint = ": --target names it"
    now = "pgwhy run --again -- CMD"
    return investigate(
        heard, find, machine, client=client, timeout_s=timeout_s, login=login, hint=hint, now=now, throttled=throttled
    )


def _print(incident: Incident, command: tuple[str, ...], file: Path | None, verbose: bool) -> None:
    from pgwhy.cli.output import Terminal, rendered, write

    terminal = Terminal.here(os.environ, sys.platform, sys.stderr)
    redactor, report = incident.redactor, incident.report
    heading = f"\npgwhy: {PurePath(command[0]).name} printed that a connection failed.\n\n"
    page = rendered(report, "text", terminal, verbose)
    write(redactor.clean(heading) + page + incident.note, redactor, stream=sys.stderr)
    if file is not None:
        write(rendered(report, "json", terminal, verbose), redactor, file)
