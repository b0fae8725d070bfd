"""What `check`, `ticket` and `checklist` share: the options that say what to look at, for whom, and how far to go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgwhy.cli import options

if TYPE_CHECKING:
    from pgwhy.client import Client
    from pgwhy.engine.diagnosis import Request
    from pgwhy.redaction import Redactor


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


_OPTIONS = (
    options.inside(),
    click.option("--error", metavar="TEXT", help="Error text of the failing client; @FILE or - reads it."),
    options.client(),
    options.timeout(),
    options.no_login(),
    click.option("--no-verify", is_flag=True, help="Do not try the fixes."),
    click.option(
        "--compare-dns",
        multiple=True,
        callback=_resolvers,
        metavar="ADDR[:PORT]",
        help="Also ask this DNS resolver; `public`: well-known public ones.",
    ),
    click.option(
        "--web/--no-web",
        default=None,
        help="Also check port 443 of the provider [default: only if the database port does not answer].",
    ),
    options.rules(),
)


def run_options(command: options.F) -> options.F:
    """Adds the options of a run, in the order of the help page."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def request(target: str | None, chosen: dict[str, Any]) -> tuple[Request, Redactor]:
    """What to run, and what hides its secrets. Raises `click.UsageError` for options that do not fit."""
    from pgwhy import redaction
    from pgwhy.cli import given as inputs
    from pgwhy.cli import trouble
    from pgwhy.machine import Machine
    from pgwhy.probes.probe import Options

    machine = Machine.here()
    if target == "-" and chosen["error"] == "-":
        raise click.UsageError("TARGET and --error cannot both be read from standard input")
    error = _text(chosen["error"])
    read = inputs.read(target, machine, chosen["inside"], must_choose=error is None)
    client = _client(chosen["client"], error, read.driver)
    if chosen["folders"]:
        _check_rules(chosen["folders"])

    from pgwhy.engine import diagnosis  # after the options were found right

    asked = diagnosis.Request(
        target=read,
        machine=machine,
        client=client,
        error=error,
        options=Options(login=not chosen["no_login"], web=chosen["web"], compare_dns=chosen["compare_dns"]),
        deadline_s=chosen["timeout"],
        verify=not chosen["no_verify"],
        rules=chosen["folders"],
    )
    redactor = redaction.for_target(read)
    trouble.knows(redactor)
    trouble.guard_threads()
    return asked, redactor


def _text(error: str | None) -> str | None:
    """The text of `--error`, from standard input or a file where that is asked for."""
    from pgwhy.cli import given as inputs
    from pgwhy.foreign import files

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
    from pgwhy.client import UnknownClient, resolve

    try:
        return resolve(named, error, driver)
    except UnknownClient as unknown:
        raise click.BadParameter(str(unknown), param_hint="--client") from None
