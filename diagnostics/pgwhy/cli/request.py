"""What `check`, `ticket` and `checklist` share: the options that say what to look at, for whom, and how far to go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pgwhy import redaction
from pgwhy import target as targets
from pgwhy.cli import given as inputs
from pgwhy.cli import trouble
from pgwhy.cli.client_option import Seconds, checked
from pgwhy.client import Client, UnknownClient, resolve
from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.probes.probe import Options

if TYPE_CHECKING:
    from pgwhy.engine.diagnosis import Request
    from pgwhy.redaction import Redactor

F = TypeVar("F", bound=Callable[..., Any])


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


SHORTEST_S = 1
"""A lost packet that opens a connection is sent again after a second (RFC 6298): less than that tells nothing."""
_OPTIONS = (
    click.option("--error", metavar="TEXT", help="What the failing client printed; @FILE and - are read."),
    click.option(
        "--client",
        metavar="NAME[@VERSION]",
        callback=checked,
        help="The client that fails: psycopg2, libpq@13, pgjdbc ...",
    ),
    click.option(
        "--timeout",
        type=Seconds(min=SHORTEST_S),
        default=10.0,
        metavar="SECONDS",
        help="For the whole run: 10.",
    ),
    click.option("--no-login", is_flag=True, help="Nothing that needs the password."),
    click.option("--no-verify", is_flag=True, help="Do not try the fixes."),
    click.option(
        "--compare-dns",
        multiple=True,
        callback=_resolvers,
        metavar="ADDR[:PORT]",
        help="Ask a second resolver; `public` for known ones.",
    ),
    click.option("--web/--no-web", default=None, help="Also ask (never ask) the provider's port 443."),
    click.option(
        "--rules",
        "folders",
        multiple=True,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="DIR",
        help="Further rules of your own.",
    ),
)


def run_options(command: F) -> F:
    """Adds the options of a run, in the order of the help page."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def request(target: str | None, options: dict[str, Any]) -> tuple[Request, Redactor]:
    """What to run, and what hides its secrets. Raises `click.UsageError` for options that do not fit."""
    machine = Machine.here()
    if target == "-" and options["error"] == "-":
        raise click.UsageError("TARGET and --error cannot both be read from standard input")
    read = targets.read(target, machine, stdin=inputs.target)
    error = _text(options["error"])
    client = _client(options["client"], error, read.driver)
    if options["folders"]:
        _check_rules(options["folders"])

    from pgwhy.engine import diagnosis  # after the options were found right

    asked = diagnosis.Request(
        target=read,
        machine=machine,
        client=client,
        error=error,
        options=Options(login=not options["no_login"], web=options["web"], compare_dns=options["compare_dns"]),
        deadline_s=options["timeout"],
        verify=not options["no_verify"],
        rules=options["folders"],
    )
    redactor = redaction.for_target(read)
    trouble.knows(redactor)
    trouble.guard_threads()
    return asked, redactor


def _text(error: str | None) -> str | None:
    """The text of `--error`, from standard input or a file where that is asked for."""
    if error == "-":
        return inputs.text("-")
    if error is not None and error.startswith("@") and error[1:].isprintable():
        return files.decoded(inputs.log(error[1:]))
    return error


def _check_rules(folders: tuple[Path, ...]) -> None:
    """Find mistakes in the user's own rules before the run opens anything."""
    from pgwhy.engine import reports

    reports.all_rules(folders)


def _client(named: str | None, error: str | None, driver: str | None) -> Client:
    try:
        return resolve(named, error, driver)
    except UnknownClient as unknown:
        raise click.BadParameter(str(unknown), param_hint="--client") from None
