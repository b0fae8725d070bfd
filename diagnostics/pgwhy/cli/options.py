"""The options that several commands have, each declared once: its type, its default and its line of the help page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class Option(Protocol):
    """A decorator of a command's function, as `click.option` makes it."""

    def __call__(self, command: F, /) -> F: ...


FORMATS = ("text", "json", "jsonl", "markdown", "html", "junit", "github")
"""Those of a report."""
ANSWERS = "pgwhy-checklist.toml"
"""The file of ticked boxes and accepted risks, in the folder of the user."""
LONGEST_S = 86400
SHORTEST_S = 1
"""A lost packet that opens a connection is sent again after a second (RFC 6298): less than that tells nothing."""
TIMEOUT_S = 10


class Seconds(click.FloatRange):
    """A number of seconds, of a day at most; `nan` and `inf` are none. `unit`: it may be written as `30s` or `5m`."""

    def __init__(self, min: float, unit: bool = False) -> None:
        super().__init__(min=min, max=LONGEST_S)
        self._unit = unit

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if self._unit and isinstance(value, str) and value[-1:] in _UNITS:
            try:
                value = float(value[:-1]) * _UNITS[value[-1]]
            except ValueError:
                self.fail(f"{value} is no time; write it as 30s, 5m or 1h.", param, ctx)
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return number


_UNITS = {"s": 1, "m": 60, "h": 3600}
FILE = click.Path(dir_okay=False, path_type=Path)
"""A file that may have to be made."""
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def client(help: str = "Client that fails: psycopg2, libpq@13, pgjdbc ...") -> Option:
    """`--client`: a name as `client.resolve` reads it, or `None`."""
    return click.option("--client", metavar="NAME[@VERSION]", callback=_version_checked, help=help)


def inside() -> Option:
    """`--in`: the name of one connection of a file that has several, or `None`."""
    return click.option("--in", "inside", metavar="NAME", help="The connection to use, of a file that names several.")


def timeout() -> Option:
    """`--timeout`: seconds."""
    return click.option(
        "--timeout",
        type=Seconds(min=SHORTEST_S),
        default=TIMEOUT_S,
        show_default=True,
        metavar="SECONDS",
        help="Time limit of the whole run in seconds.",
    )


def targets_file(help: str = "Also the targets of this list, as `pgwhy fleet` reads it.", **more: Any) -> Option:
    """`--targets`: a file that exists, or `None`."""
    kind = click.Path(exists=True, path_type=Path)
    return click.option("--targets", "list_", type=kind, metavar="FILE", help=help, **more)


def no_login() -> Option:
    """`--no-login`."""
    return click.option("--no-login", is_flag=True, help="Skip every step that needs the password.")


def rules() -> Option:
    """`--rules`, as `folders`: folders that exist, in the order given."""
    return click.option(
        "--rules", "folders", multiple=True, type=FOLDER, metavar="DIR", help="Also use the rules in this folder."
    )


def format(choices: Sequence[str]) -> Option:
    """`--format`, as `format_`: one of these words; `text` if not given. `--json` is a short way to write JSON, or JSON
    Lines for a command that answers with a line at a time.
    """
    word = "json" if "json" in choices else "jsonl"

    def as_json(context: click.Context, option: click.Parameter, given: bool) -> None:
        """Read first: what is not said on the command line is then JSON."""
        if given:
            context.meta[_JSON] = True
            context.default_map = {**(context.default_map or {}), "format_": word}

    def one_format(context: click.Context, option: click.Parameter, given: str) -> str:
        if context.meta.get(_JSON) and given != word:
            raise click.UsageError(f"--json and --format {given} cannot be used together")
        return given

    chosen = click.option(
        "--format",
        "format_",
        type=click.Choice(choices),
        default="text",
        show_default=True,
        callback=one_format,
        help="Output format.",
    )
    json = click.option(
        "--json", is_flag=True, is_eager=True, expose_value=False, callback=as_json, help=f"Same as --format {word}."
    )

    def both(command: F) -> F:
        return chosen(json(command))

    return both


_JSON = "pgwhy.json"


def quiet(help: str) -> Option:
    """`-q`."""
    return click.option("-q", "--quiet", is_flag=True, help=help)


def check_quiet(quiet: bool, format: str, verbose: bool) -> None:
    """Raises `click.UsageError` where `-q` is said together with what asks for more."""
    if quiet and (verbose or format != "text"):
        raise click.UsageError(f"-q and {'-v' if verbose else f'--format {format}'} cannot be used together")


def output(help: str = "Write the output to this file.") -> Option:
    """`--output`: a path, or `None`."""
    return click.option("--output", type=FILE, metavar="FILE", help=help)


def verbose(help: str = "Show everything that was observed.") -> Option:
    """`-v`."""
    return click.option("-v", "--verbose", is_flag=True, help=help)


def _version_checked(context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    """NAME[@VERSION] as it was given, once a version can be compared. Whether the client is known, its table says."""
    name, _, version = (given or "").partition("@")
    if version.strip() and not version.strip().lstrip("vV")[:1].isdigit():
        raise click.BadParameter(f"{version!r} is no version; write it with digits, as in {name}@3.2")
    return given
