"""The target that a settings file of a framework, a tool or a platform names: `@application.yml`, `@compose.yaml`.

A connection string in it is read as it would be alone, so everything that can be wrong with one is recognised there
too; single fields become settings, each with its own line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pgwhy.machine import Machine
from pgwhy.secret import Secret
from pgwhy.target import files
from pgwhy.target.dialects import Dialect, keywords
from pgwhy.target.dialects import recognised as recognised_text
from pgwhy.target.dialects.detection import Reading
from pgwhy.target.files import rewriting
from pgwhy.target.files.entry import Entry
from pgwhy.target.files.kinds import Kind
from pgwhy.target.files.places import Place, Value
from pgwhy.target.forms import dotenv
from pgwhy.target.forms.found import NotThere
from pgwhy.target.model import InFile, InText, Problem, ProblemCode, Setting, Source, SourceKind, Target, Written
from pgwhy.target.parameters import LIBPQ, SECRET
from pgwhy.target.reading.completion import complete, from_text, read_text, unreadable


def from_settings(name: str, text: str, machine: Machine, inside: str | None = None, file: str = "") -> Target | None:
    """The target in a settings file; `None` if the file is none that is known.

    `inside` is the name of one of several connections. `file` is the file's usual name where `name` is only what to
    call it (standard input).

    Never raises. A file that names no connection, or several that differ, is a target with a problem that says so.
    """
    source = Source(SourceKind.STRING, name)
    try:
        recognised = files.recognise(file or name, text)
    except NotThere as why:
        return unreadable(ProblemCode.FILE_UNREADABLE, f"{name} cannot be read: {why}", source, machine)
    if recognised is None:
        return None
    kind, documents = recognised
    found = files.connections(kind, documents, _variables(machine))
    if not found and _is_a_string_alone(text):
        return None
    if not found:
        detail = f"{name} is read as {kind.title}: it names no connection to Postgres"
        return unreadable(ProblemCode.NO_CONNECTION_IN_FILE, detail, source, machine)
    return _of_one(found, kind, documents, name, text, machine, inside)


def in_settings(name: str, text: str, machine: Machine, inside: str | None = None, file: str = "") -> Target | None:
    """As `from_settings`; `None` too where the file names no connection."""
    try:
        recognised = files.recognise(file or name, text)
    except NotThere:
        return None
    found = files.connections(*recognised, _variables(machine)) if recognised else ()
    if recognised is None or not found:
        return None
    return _of_one(found, *recognised, name, text, machine, inside)


def _of_one(
    found: Sequence[Place],
    kind: Kind,
    documents: Sequence[Sequence[Entry]],
    name: str,
    text: str,
    machine: Machine,
    inside: str | None,
) -> Target:
    """The target of the place that is meant."""
    chosen = _chosen(found, kind, documents, machine, inside)
    if chosen is None:
        source = Source(SourceKind.STRING, name)
        return unreadable(ProblemCode.SEVERAL_TARGETS, _several(name, found, inside), source, machine)
    return replace(_target(chosen, kind, name, machine), file=_in_file(chosen, kind, name, text, machine))


def _in_file(place: Place, kind: Kind, name: str, text: str, machine: Machine) -> InFile | None:
    """Where the values of a connection are in its file; `None` where none of them can be replaced."""
    values = {**place.fields, **({InFile.URL: place.url} if place.url else {})}
    found = {role: rewriting.place_of(text, value.entry, value.filled) for role, value in values.items()}
    known = {role: InText(*at, kind.syntax) for role, at in found.items() if at}
    return InFile(machine.folder / name, Secret(text), known) if known and not kind.encoded else None


def _is_a_string_alone(text: str) -> bool:
    """A connection string is all that is in the file, whatever it is called."""
    return len(text.split()) == 1 and recognised_text(text.strip()) is not None


def _several(name: str, found: Sequence[Place], inside: str | None) -> str:
    listed = ", ".join(place.name for place in found[:_MOST_NAMES]) + (" ..." if len(found) > _MOST_NAMES else "")
    if inside is not None:
        return f"{name} has no connection that is called so; it has: {listed}"
    return f"{name} names {len(found)} connections: {listed}. Choose one: pgwhy @{name} --in {found[0].name}"


def _chosen(
    found: Sequence[Place],
    kind: Kind,
    documents: Sequence[Sequence[Entry]],
    machine: Machine,
    inside: str | None,
) -> Place | None:
    """The one that is meant; `None` where several differ and nothing chooses among them."""
    if inside is not None:
        wanted = inside.casefold()
        for fits in (_is_called, _ends_so, _contains):
            named = [place for place in found if fits(place.name.casefold(), wanted)]
            if len(named) == 1:
                return named[0]
        return None
    if len(found) == 1:
        return found[0]
    variable, _, usual = kind.profile.partition("=")
    profile = machine.environment.get(variable) or usual
    # dbt's `target: dev` is beside its `outputs`.
    profile = next((e.value for each in documents for e in each if kind.name == "dbt" and e.key == "target"), profile)
    named = [place for place in found if profile and profile in place.name.split(".")]
    return named[0] if len(named) == 1 else files.usual(found)


def _is_called(name: str, wanted: str) -> bool:
    return name == wanted


def _ends_so(name: str, wanted: str) -> bool:
    return name.rpartition(".")[2] == wanted


def _contains(name: str, wanted: str) -> bool:
    return wanted in name.split(".")


def _target(place: Place, kind: Kind, name: str, machine: Machine) -> Target:
    if place.url is None:
        return replace(_from_fields(place, kind, name, machine), driver=kind.client)
    target = _from_url(place.url, kind, name, machine)
    return _with_login(target, place.fields, name, machine)


def _from_url(url: Value, kind: Kind, name: str, machine: Machine) -> Target:
    source = _source(name, url)
    variable = url.filled.variable
    if variable and url.filled.value is not None:
        source = _of_variable(variable, machine) or source
    if url.filled.value is None:
        return unreadable(
            ProblemCode.VARIABLE_UNSET, f"{source} takes its connection from {_missing(url)}", source, machine
        )
    return _read(url.filled.value, source, kind, machine)


def _read(text: str, source: Source, kind: Kind, machine: Machine) -> Target:
    """The string as the file's program reads it: some accept further names for the scheme."""
    target = from_text(as_read(text), source, machine)
    problems = target.problems
    if text.startswith("jdbc:") and kind.client not in _READ_JDBC:
        what = f"a jdbc: URL, which only Java reads, is in {kind.title}"
        problems = (Problem(ProblemCode.JDBC_PREFIX_FOR_LIBPQ, what, "strip-jdbc-prefix"), *problems)
    return replace(
        target,
        driver=target.driver or kind.client,
        problems=problems,
        again=lambda repaired: _read(repaired, source, kind, machine),
    )


def as_read(text: str) -> str:
    """The string with libpq's scheme in place of those that only such a file's program accepts."""
    return _SCHEMES.sub("postgresql://", _R2DBC.sub("", text))


def _with_login(target: Target, fields: Mapping[str, Value], name: str, machine: Machine) -> Target:
    """Role and password from beside the URL, where the URL has none (pgJDBC: the URL's own parameters count)."""
    for role, value in fields.items():
        text, source = value.filled.value, _source(name, value)
        if text is None:
            what = f"{source} takes {_NAMES.get(role, role)} from {_missing(value)}"
            target = replace(target, problems=(*target.problems, Problem(ProblemCode.VARIABLE_UNSET, what)))
        elif role == "password":
            if target.password is None or target.password_source != _of(target):
                password = Secret(text)
                target = replace(target, password=password, password_source=source, secrets=(*target.secrets, password))
        elif (old := target.settings.get(role)) is None or old.source != _of(target):
            beaten = (replace(old, overrode=()), *old.overrode) if old else ()
            target = target.with_settings(**{role: Setting(text, source, beaten)})
    if (again := target.again) is None:
        return target
    return replace(target, again=lambda repaired: _with_login(again(repaired), fields, name, machine))


def _of(target: Target) -> Source | None:
    return target.written.source if target.written else None


def _from_fields(place: Place, kind: Kind, name: str, machine: Machine) -> Target:
    first = min(place.fields.values(), key=lambda value: value.entry.line)
    whole = Source(SourceKind.STRING, name, first.entry.line, place.name)
    texts = {role: value.filled.value for role, value in place.fields.items() if value.filled.value is not None}
    if kind.host_has_port and (found := _HOST_AND_PORT.fullmatch(texts.get("host", ""))) and "port" not in texts:
        texts |= found.groupdict()
    # A framework leaves an empty field out.
    values = {role: text for role, text in texts.items() if role not in SECRET and text}
    private = {role: Secret(text) for role, text in texts.items() if role in SECRET and text}
    foreign = {key: entry.value for key, entry in place.foreign.items() if key not in LIBPQ}
    values |= {key: entry.value for key, entry in place.foreign.items() if key in LIBPQ}
    problems = [*keywords.host_problems(values), *keywords.option_problems(values)]
    for role, value in place.fields.items():
        if value.filled.value is None:
            what = f"{_source(name, value)} takes {_NAMES.get(role, role)} from {_missing(value)}"
            problems.append(Problem(ProblemCode.VARIABLE_UNSET, what))
    hidden = tuple(private.values())
    if "://" in values.get("host", ""):
        from pgwhy.target.dialects import wrappers  # only for what should not be there

        values["host"], more = wrappers.hide(values["host"])
        hidden += more
    reading = Reading(Dialect.FIELDS, "", values, foreign, private, {}, tuple(problems), readable=True, hidden=hidden)
    target = complete(reading, Written(Dialect.FIELDS, Secret(""), whole), machine, {})
    own = {
        role: replace(setting, source=_source(name, place.fields[role]))
        for role, setting in target.settings.items()
        if role in place.fields and setting.source == whole
    }
    password = place.fields.get("password")
    if password and target.password_source == whole:
        target = replace(target, password_source=_source(name, password))
    return target.with_settings(**own)


def _source(name: str, value: Value) -> Source:
    entry = value.entry
    variable = value.filled.variable if value.filled.value is not None else ""
    named = ".".join(part for part in entry.path if not part.isdigit())
    return Source(SourceKind.FILE, name, entry.line, named if not variable else f"{named}, from {variable}")


def _missing(value: Value) -> str:
    """What a value is taken from, and why it is not known here."""
    if value.entry.elsewhere:
        return f"{value.entry.elsewhere}, which is not in this file"
    if value.filled.missing:
        names = " and ".join(value.filled.missing)
        are = "are neither" if len(value.filled.missing) > 1 else "is neither"
        return f"{names}, which {are} in this environment nor in .env"
    return "an expression that only its program can compute"


def _of_variable(variable: str, machine: Machine) -> Source | None:
    if variable in machine.environment:
        return Source(SourceKind.ENVIRONMENT, variable)
    beside = _beside(machine)
    if variable in beside:
        return Source(SourceKind.DOTENV, ".env", beside[variable].line, variable)
    return None


def _variables(machine: Machine) -> dict[str, str]:
    return {**{name: each.value for name, each in _beside(machine).items()}, **machine.environment}


def _beside(machine: Machine) -> dict[str, dotenv.Variable]:
    """What the `.env` in the working folder sets, which frameworks load."""
    try:
        return dotenv.parse(read_text(machine.folder / ".env"), machine.environment)
    except OSError:
        return {}


_MOST_NAMES = 12
_NAMES = {"user": "the role", "dbname": "the database"}
_R2DBC = re.compile(r"\Ar2dbc:(?:pool:|proxy:)?(?=\w+://)")
_SCHEMES = re.compile(r"\A(?:ecto|pgsql|postgis|cockroachdb)://")
"""What R2DBC, Ecto, Laravel, GeoDjango and ActiveRecord accept as the scheme of a Postgres URL."""
_HOST_AND_PORT = re.compile(r"(?P<host>[^:/]+):(?P<port>[^:/]+)")
_READ_JDBC = frozenset(("pgjdbc", "dbeaver", "datagrip", None))
