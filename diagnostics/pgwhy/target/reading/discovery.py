"""Nothing was given: which of the settings lying around is the target, and which others name another server.

The order: DATABASE_URL of the environment, of `.env`, PGSERVICE, `PG*` of the environment, `PG*` in `.env`, libpq's
defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pgwhy.machine import Machine
from pgwhy.secret import Secret
from pgwhy.target.dialects import Dialect
from pgwhy.target.dialects.detection import understand
from pgwhy.target.forms import dotenv
from pgwhy.target.forms.dotenv import Variable
from pgwhy.target.forms.variables import NAMES
from pgwhy.target.model import Candidate, Source, SourceKind, Target, Written
from pgwhy.target.problem import ProblemCode
from pgwhy.target.reading.completion import complete, from_text, read_text, unreadable
from pgwhy.target.reading.file_parts import beside
from pgwhy.values import replace

if TYPE_CHECKING:
    from pgwhy.target.files.rewriting import SettingsFile

# Without one of these, PGSSLMODE and its like only colour a connection that something else names.
_NAMES_A_SERVER = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER")
_CANDIDATE = re.compile(
    r"(?:.*_)?(?:DATABASE|POSTGRES|POSTGRESQL|PG|DB|DIRECT|NEON|SQLALCHEMY)\w*(?:URL|URI|DSN)(?:_\w+)?"
)


def discover(machine: Machine) -> Target:
    """The target where the user named none, with the other candidates."""
    variables = beside(machine)
    target = _first(machine, variables, ".env")
    return _with_candidates(target, machine.environment, variables, ".env")


def others(machine: Machine) -> Iterator[Target]:
    """The target of each variable that may hold a connection string, in the environment and then in `.env`."""
    variables = beside(machine)
    for _, text, source in _texts(machine.environment, variables, ".env"):
        target = from_text(text, source, machine, variables if source.kind is SourceKind.DOTENV else {})
        yield _with_candidates(target, machine.environment, variables, ".env")


def in_dotenv(text: str, name: str, machine: Machine, inside: str | None = None) -> Target:
    """The target that a file of `.env` syntax names; the environment fills gaps only. `inside` names a variable."""
    variables = dotenv.parse(text, machine.environment)
    source = Source(SourceKind.STRING, name)
    filled_in = any(each.value for name, each in variables.items() if name in (*NAMES, "PGHOST"))
    for variable in NAMES if inside is None else (inside,):
        if variable in variables and (inside or variables[variable].value or not filled_in):
            if own := _with_what_is_beside(variables[variable].value, text, name, machine):
                return own
            target = _from_dotenv(variables[variable], machine, variables, name)
            return _with_candidates(target, {}, variables, name)
    if inside is None and any(variable in variables for variable in (*_NAMES_A_SERVER, "PGSERVICE")):
        return complete(None, _written(Dialect.ENVIRONMENT, Source(SourceKind.DOTENV, name)), machine, variables)
    from pgwhy.target.reading.in_settings import in_settings  # only where none of the usual names is set

    return in_settings(name, text, machine, inside) or unreadable(
        ProblemCode.NO_CONNECTION_IN_FILE, f"{name} sets neither DATABASE_URL nor PGHOST", source, machine
    )


def _with_what_is_beside(value: str, text: str, name: str, machine: Machine) -> Target | None:
    """The connection of a JDBC URL, whose role and password are in variables beside it; `None` where it is no such."""
    if not value.startswith("jdbc:"):
        return None
    from pgwhy.target.reading.choosing import is_chosen  # only for this kind of URL
    from pgwhy.target.reading.in_settings import in_settings

    target = in_settings(name, text, machine)
    return target if target and is_chosen(target) else None


def _first(machine: Machine, variables: Mapping[str, Variable], file: str) -> Target:
    environment = machine.environment
    if "DATABASE_URL" in environment:
        source = Source(SourceKind.ENVIRONMENT, "DATABASE_URL")
        return from_text(environment["DATABASE_URL"], source, machine)
    if "DATABASE_URL_FILE" in environment:
        return _of_a_secret(environment["DATABASE_URL_FILE"], machine)
    if "DATABASE_URL" in variables:
        value = variables["DATABASE_URL"].value
        if value.startswith("jdbc:") and (
            own := _with_what_is_beside(value, read_text(machine.folder / file), file, machine)
        ):
            return own
        return _from_dotenv(variables["DATABASE_URL"], machine, variables, file)
    if "PGSERVICE" in environment:
        written = _written(Dialect.SERVICE, Source(SourceKind.ENVIRONMENT, "PGSERVICE"))
        return complete(None, written, machine, {})
    if any(name in environment for name in _NAMES_A_SERVER):
        written = _written(Dialect.ENVIRONMENT, Source(SourceKind.ENVIRONMENT, "PG* variables"))
        return complete(None, written, machine, {})
    if any(name in variables for name in (*_NAMES_A_SERVER, "PGSERVICE")):
        return complete(None, _written(Dialect.ENVIRONMENT, Source(SourceKind.DOTENV, file)), machine, variables)
    if variables and (target := _of_its_own_names(machine, file)):
        return target
    return complete(None, None, machine, {})


def _of_a_secret(name: str, machine: Machine) -> Target:
    """The string in the file that `DATABASE_URL_FILE` names, as Docker hands over secrets."""
    try:
        text = read_text(machine.folder / name)
    except OSError as error:
        detail = f"the file that DATABASE_URL_FILE names cannot be read: {error.strerror or type(error).__name__}"
        source = Source(SourceKind.ENVIRONMENT, "DATABASE_URL_FILE")
        return unreadable(ProblemCode.FILE_UNREADABLE, detail, source, machine)
    return from_text(text.rstrip("\r\n"), Source(SourceKind.STRING, name, 1), machine)


def _of_its_own_names(machine: Machine, file: str) -> Target | None:
    """The connection that a `.env` spells in names of its program's own (`APP_DB_HOST`); `None` if there is none."""
    from pgwhy.target.reading.in_settings import in_settings  # only where none of the usual names is set

    return in_settings(file, read_text(machine.folder / file), machine)


def _written(dialect: Dialect, source: Source) -> Written:
    return Written(dialect, Secret(""), source)


def _from_dotenv(variable: Variable, machine: Machine, variables: Mapping[str, Variable], file: str) -> Target:
    source = Source(SourceKind.DOTENV, file, variable.line, variable.name)
    target = from_text(variable.value, source, machine, variables)
    return replace(target, file=_in_file(variable, machine.folder / file))


def _in_file(variable: Variable, path: Path) -> SettingsFile | None:
    """Where the variable's value is in its file; `None` where it cannot be told (`${NAME}` in it, an escape)."""
    from pgwhy.target.files import rewriting  # only the settings of a file
    from pgwhy.target.files.entry import Entry
    from pgwhy.target.files.references import Filled
    from pgwhy.target.files.roles import URL

    try:
        text = read_text(path)
    except OSError:
        return None
    at = rewriting.place_of(text, Entry((variable.name,), variable.value, variable.line), Filled(variable.value))
    return rewriting.SettingsFile(path, Secret(text), "dotenv", "", {URL: at}) if at else None


def _with_candidates(
    target: Target, environment: Mapping[str, str], variables: Mapping[str, Variable], file: str
) -> Target:
    """Other variables that name another host. Their passwords are known to redaction too."""
    candidates, secrets = [], list(target.secrets)
    used = target.written.source if target.written else None
    for name, text, source in _texts(environment, variables, file):
        reading = understand(text)
        secrets += [secret for secret in reading.hidden if secret not in secrets]
        host = reading.values.get("host", "")
        if source != used and host and host != target.value("host"):
            candidates.append(Candidate(name, source, host))
    return replace(target, candidates=tuple(candidates), secrets=tuple(secrets))


def _texts(
    environment: Mapping[str, str], variables: Mapping[str, Variable], file: str
) -> Iterator[tuple[str, str, Source]]:
    def place(name: str) -> tuple[int, str]:
        return NAMES.index(name) if name in NAMES else len(NAMES), name

    for name in sorted((n for n in environment if _CANDIDATE.fullmatch(n)), key=place):
        yield name, environment[name], Source(SourceKind.ENVIRONMENT, name)
    for name in sorted((n for n in variables if _CANDIDATE.fullmatch(n)), key=place):
        variable = variables[name]
        yield name, variable.value, Source(SourceKind.DOTENV, file, variable.line, name)
