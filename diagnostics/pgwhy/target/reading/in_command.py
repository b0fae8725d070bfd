"""The target that a command connects to: its arguments, then what is assigned before it, its environment, `.env`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from pgwhy.machine import Machine
from pgwhy.secret import Secret
from pgwhy.target.dialects import Dialect, keywords
from pgwhy.target.model import Setting, Source, SourceKind, Target, Written
from pgwhy.target.reading.completion import complete, from_text
from pgwhy.target.reading.discovery import discover, others
from pgwhy.values import replace


def in_command(command: Sequence[str], machine: Machine, host: str = "", port: str = "") -> Target | None:
    """The target of a command that was run with `machine`'s environment in its folder; `None` if none is named.

    `host` and `port` are what the command's error names: of several variables, the one that fits them is in use.
    Never raises. A string that cannot be read is a target with problems, as its own client cannot read it either.
    """
    words, assigned = _plain(list(command))
    machine = replace(machine, environment={**machine.environment, **assigned})
    if words:
        program = PurePath(words[0]).name.removesuffix(".exe")
        if text := next(_strings(words[1:]), None):
            return from_text(text, Source(SourceKind.STRING, f"the arguments of {program}"), machine)
        if program in PROGRAMS and (options := _options(program, words[1:])):
            return _from_options(options, machine)
    target = discover(machine)
    if (host or port) and not _fits(target, host, port):
        target = next((other for other in others(machine) if _fits(other, host, port)), target)
    return None if target.written is None or target.written.dialect is Dialect.DEFAULTS else target


def _fits(target: Target, host: str, port: str) -> bool:
    """This host and port are the target's, as far as it can be told: a driver may say the address of a name."""
    is_address = bool(re.fullmatch(r"[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*", host))
    return any(
        (not port or str(each.port) == port)
        and (not host or is_address or host.casefold() in (each.name.casefold(), each.hostaddr))
        for each in target.hosts
    )


def _from_options(options: dict[str, tuple[str, str]], machine: Machine) -> Target:
    """`-h`, `-p`, `-U` and `-d` beat the environment, which fills the gaps; a setting to add is added there as well."""
    given = {_VARIABLES[name]: value for name, (value, _) in options.items()}
    machine = replace(machine, environment={**machine.environment, **given})
    source = Source(SourceKind.STRING, "the command's options")
    target = complete(None, Written(Dialect.ENVIRONMENT, Secret(""), source), machine, {})
    said = {name: Setting(value, Source(SourceKind.STRING, option)) for name, (value, option) in options.items()}
    return replace(target, settings={**target.settings, **said})


def _plain(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command without what is before it: `env`, assignments, and a shell that was given one line."""
    assigned: dict[str, str] = {}
    while words:
        program = PurePath(words[0]).name
        if program in _SHELLS:
            line = _shell_line(words)
            if line is None:
                return words, assigned
            words = line
        elif match := _ASSIGNMENT.fullmatch(words[0]):
            assigned[match[1]] = match[2]
            words = words[1:]
        elif program in _PREFIXES:
            words = words[1:]
        else:
            break
    return words, assigned


def _shell_line(words: list[str]) -> list[str] | None:
    """The words of `sh -c LINE`, as far as they can be told without a shell."""
    for place, word in enumerate(words[1:], 1):
        if re.fullmatch(r"-[a-z]*c", word) and place + 1 < len(words):
            try:
                return shlex.split(words[place + 1])
            except ValueError:
                return None
        if not word.startswith("-"):
            return None
    return None


def _strings(arguments: list[str]) -> Iterator[str]:
    """Connection strings among the arguments: URLs of Postgres, JDBC or SQLAlchemy, and libpq's keyword strings."""
    for argument in arguments:
        for text in (argument, argument.partition("=")[2], argument[2:] if re.match("-[^-]", argument) else ""):
            if _URL.match(text) or (_KEYWORDS.search(text) and keywords.parse(text).values.keys() & {"host", "dbname"}):
                yield text
                break


def _options(program: str, arguments: list[str]) -> dict[str, tuple[str, str]]:
    """What the options that Postgres' own programs share say: libpq's name → value, and the option that says it."""
    found: dict[str, tuple[str, str]] = {}
    positional: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name in _LONG:
            found[_LONG[name]] = (value if equals else next(rest, "")), name
        elif argument[:2] in _SHORT:
            found[_SHORT[argument[:2]]] = (argument[2:] or next(rest, "")), argument[:2]
        elif argument in _TAKES_A_VALUE:
            next(rest, None)
        elif not argument.startswith("-"):
            positional.append(argument)
    if program in _DATABASE_FIRST and "dbname" not in found:
        names = ("dbname", "user") if program in ("psql", "pgcli") else ("dbname",)
        found |= {name: (value, f"an argument of {program}") for name, value in zip(names, positional, strict=False)}
    return {name: told for name, told in found.items() if told[0]}


_URL = re.compile(r"(?:jdbc:postgresql:|(?:postgres|postgresql|cockroachdb)(?:\+[a-z0-9_]+)?://)")
_KEYWORDS = re.compile(r"(?:^|\s)(?:host|dbname|user|service|hostaddr)\s*=")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ash", "ksh", "busybox"))
_PREFIXES = frozenset(("env", "exec", "time", "nice", "nohup", "sudo", "command"))
_DATABASE_FIRST = frozenset(("psql", "pgcli", "pgbench", "pg_dump", "vacuumdb", "reindexdb", "clusterdb"))
"""Their first argument is the database; psql and pgcli take the role as the second."""
PROGRAMS = _DATABASE_FIRST | {
    "pg_dumpall",
    "pg_restore",
    "pg_isready",
    "pg_basebackup",
    "pg_receivewal",
    "pg_recvlogical",
    "createdb",
    "dropdb",
    "createuser",
    "dropuser",
}
"""Programs of Postgres' own, and pgcli, which take their options."""
_SHORT = {"-h": "host", "-p": "port", "-U": "user", "-d": "dbname"}
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
_LONG = {"--host": "host", "--port": "port", "--username": "user", "--dbname": "dbname"}
_TAKES_A_VALUE = frozenset(("-c", "-f", "-o", "-v", "-F", "-P", "-R", "-T", "-L", "-j", "-n", "-N", "-t", "-s", "-S"))
