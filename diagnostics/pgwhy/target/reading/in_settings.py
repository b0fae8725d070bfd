"""The target that a settings file of a framework, a tool or a platform names: `@application.yml`, `@compose.yaml`.

A connection string in it is read as it would be alone, so everything that can be wrong with one is recognised there
too; single fields become settings, each with its own line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

from pgwhy.machine import Machine
from pgwhy.secret import Secret
from pgwhy.target import files
from pgwhy.target.files import named, references, rewriting, servers, telling
from pgwhy.target.files.kinds import Kind, has
from pgwhy.target.files.places import Place, Value
from pgwhy.target.files.rewriting import SettingsFile
from pgwhy.target.files.roles import URL, may_have_port
from pgwhy.target.files.syntaxes import OF_PROGRAMS
from pgwhy.target.forms.found import NotThere, Template
from pgwhy.target.model import Setting, Source, SourceKind, Target
from pgwhy.target.parameters import LIBPQ, drivers
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.target.reading.choosing import Contents, meant, service_of, several
from pgwhy.target.reading.completion import unreadable
from pgwhy.target.reading.file_parts import of_fields, of_string, variable, variables
from pgwhy.values import replace


def contents(name: str, text: str, machine: Machine, kind: str = "") -> Contents | None:
    """The file, read; `None` if it is none that is known. Raises `NotThere`.

    `kind` is one of `kinds.toml`, where the name does not say it (standard input, a `.env` of another name).
    """
    recognised = files.recognise(name, text, kind)
    if recognised is None:
        return None
    known = variables(machine)
    places = files.connections(*recognised, known)
    if places or not recognised[0].starts_servers:
        return Contents(name, text, *recognised, places)
    return Contents(name, text, *recognised, files.started(*recognised, known), started=True)


def from_settings(name: str, text: str, machine: Machine, inside: str | None = None, kind: str = "") -> Target | None:
    """The target in a settings file; `None` if the file is none that is known. `kind` as for `contents`.

    Never raises. A file that names no connection, or several that differ, is a target with a problem that says so.
    `inside` is the name of one of several.
    """
    source = Source(SourceKind.STRING, name)
    try:
        read = contents(name, text, machine, kind)
    except Template as why:
        return unreadable(ProblemCode.VALUE_COMPUTED, f"{name} does not hold the connection: {why}", source, machine)
    except NotThere as why:
        return unreadable(ProblemCode.FILE_UNREADABLE, f"{name} cannot be read: {why}", source, machine)
    if read is None or (not kind and not read.places and _is_a_string_alone(text)):
        return None
    if not read.places:
        detail = f"{name} is read as {read.kind.title}: it names no connection to Postgres{_unreachable(read, machine)}"
        return unreadable(ProblemCode.NO_CONNECTION_IN_FILE, detail, source, machine)
    return chosen(read, machine, inside)


def _unreachable(read: Contents, machine: Machine) -> str:
    """Why the Postgres that the file starts is no connection; empty if it starts none."""
    if not read.started:
        return ""
    flat = [entry for document in read.documents for entry in named.flattened(document)]
    server = servers.only(flat, variables(machine))
    return f", and its service {server} publishes no port, so that only the other services reach it" if server else ""


def in_settings(name: str, text: str, machine: Machine, inside: str | None = None, kind: str = "") -> Target | None:
    """As `from_settings`; `None` too where the file cannot be read, or names no connection."""
    try:
        read = contents(name, text, machine, kind)
    except NotThere:
        return None
    return chosen(read, machine, inside) if read and read.places else None


def chosen(read: Contents, machine: Machine, inside: str | None = None) -> Target:
    """The target of the connection that is meant, of a file that names one at least."""
    place = meant(read, machine, inside, lambda each: _target(each, read.kind, read.name, machine))
    if place is None:
        source = Source(SourceKind.STRING, read.name)
        return unreadable(ProblemCode.SEVERAL_TARGETS, several(read, inside), source, machine)
    target = _target(place, read.kind, read.name, machine)
    if read.kind.has_services:
        from pgwhy.target.reading.in_services import with_services  # only where the file starts some

        document = [entry for each in read.documents for entry in named.flattened(each)]
        target = with_services(target, read.name, document, service_of(place), machine)
    return replace(target, file=_in_file(place, read, machine))


def _in_file(place: Place, read: Contents, machine: Machine) -> SettingsFile | None:
    """Where the values of a connection are in its file; `None` where none of them can be replaced."""
    url = place.url if place.url and as_read(place.url.entry.value) == place.url.entry.value else None
    values = {**place.fields, **({URL: url} if url else {})}
    found = {role: rewriting.place_of(read.text, value.entry, value.filled) for role, value in values.items()}
    in_base64 = {role for role, value in values.items() if value.entry.path[0] == read.kind.encoded}
    known = {role: at for role, at in found.items() if at and role not in in_base64}
    if not known:
        return None
    return SettingsFile(machine.folder / read.name, Secret(read.text), read.kind.syntax, read.kind.style, known)


def _is_a_string_alone(text: str) -> bool:
    """A connection string is all that is in the file, whatever it is called."""
    return len(text.split()) == 1 and telling.is_of_postgres(text)


def _target(place: Place, kind: Kind, name: str, machine: Machine) -> Target:
    if place.url is None:
        return replace(_from_fields(place, kind, name, machine), driver=kind.client)
    target = _from_url(place.url, kind, name, machine)
    return _with_login(target, place.fields, name, machine)


def _from_url(url: Value, kind: Kind, name: str, machine: Machine) -> Target:
    source, text = _source(name, url), url.filled.value
    if text is None:
        what = f"{source} takes its connection from {_missing(url)}"
        return unreadable(_code(url), what, source, machine)
    if url.filled.variable and (there := variable(url.filled.variable, machine)):
        source = there[1]
    other = _R2DBC.match(text) or any(has(url.entry, pattern) for pattern in kind.not_by_client)
    client = None if other else kind.client
    target = of_string(as_read(text), source, machine, kind.title, client, kind.syntax in OF_PROGRAMS)
    return _without(target, target.foreign.keys() if _R2DBC.match(text) else frozenset(kind.parameters))


def _without(target: Target, own: Set[str]) -> Target:
    """Without the parameters that go to no server. They stay in the text."""
    if target.foreign.keys().isdisjoint(own):
        return target
    foreign = {name: setting for name, setting in target.foreign.items() if name not in own}
    again = target.again
    read_again = (lambda text: _without(again(text), own)) if again else None
    return replace(target, foreign=foreign, again=read_again)


def as_read(text: str) -> str:
    """The string with libpq's scheme in place of those that only such a file's program accepts."""
    if _R2DBC.match(text):
        text = _R2DBC_SSL.sub(lambda found: found[0].lower(), _R2DBC.sub("", text))
    return _SCHEMES.sub("postgresql://", text)


def _with_login(target: Target, fields: Mapping[str, Value], name: str, machine: Machine) -> Target:
    """Role and password from beside the URL, where the URL has none (pgJDBC: the URL's own parameters count)."""
    for role, value in fields.items():
        text, source = value.filled.value, _source(name, value)
        if text is None and _has_its_own(target, role):
            continue
        if text is None and any(problem.code in _UNKNOWN for problem in target.problems):
            continue  # without the string, nobody knows whether it needs them
        if text is None:
            what = f"{source} takes {_NAMES.get(role, role)} from {_missing(value)}"
            target = replace(target, problems=(*target.problems, Problem(_code(value), what)))
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


def _has_its_own(target: Target, role: str) -> bool:
    """The string has the role or the password itself, which counts."""
    if role == "password":
        return target.password is not None and target.password_source == _of(target)
    return role in target.settings and target.settings[role].source == _of(target)


def _of(target: Target) -> Source | None:
    return target.written.source if target.written else None


def _from_fields(place: Place, kind: Kind, name: str, machine: Machine) -> Target:
    first = min(place.fields.values(), key=lambda value: value.entry.line)
    whole = Source(SourceKind.STRING, name, first.entry.line, place.name)
    texts = {role: value.filled.value for role, value in place.fields.items() if value.filled.value is not None}
    if (
        (kind.host_has_port or may_have_port(first.entry.path))
        and (found := _HOST_AND_PORT.fullmatch(texts.get("host", "")))
        and not texts.get("port")
    ):
        texts |= found.groupdict()
    # A framework leaves an empty field out.
    fields = {role: text for role, text in texts.items() if text}
    fields |= {key: entry.value for key, entry in place.foreign.items() if key in LIBPQ}
    # What no driver has a name for is the framework's own, and goes to none of them.
    foreign = {key: entry.value for key, entry in place.foreign.items() if key not in LIBPQ and drivers(key)}
    unset = [
        Problem(_code(value), f"{_source(name, value)} takes {_NAMES.get(role, role)} from {_missing(value)}")
        for role, value in place.fields.items()
        if value.filled.value is None
    ]
    target = of_fields(fields, foreign, unset, whole, machine)
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


def _code(value: Value) -> ProblemCode:
    """Whether a variable is missing, or the file does not hold the value at all."""
    if value.filled.computed:
        return ProblemCode.VALUE_COMPUTED
    return ProblemCode.DOLLAR_UNESCAPED if value.filled.escape and "" in value.filled.missing else _UNSET


_UNSET = ProblemCode.VARIABLE_UNSET
_UNKNOWN = (ProblemCode.VALUE_COMPUTED, _UNSET, ProblemCode.DOLLAR_UNESCAPED)


def _missing(value: Value) -> str:
    """What a value is taken from, and why it is not known here."""
    if value.entry.elsewhere:
        return f"{value.entry.elsewhere}, which is not in this file"
    if value.filled.computed and value.entry.expression is None and references.is_template(value.entry.value):
        return "a template; give the file that is made of it"
    names = " and ".join(name for name in value.filled.missing if name)
    if "" in value.filled.missing:
        escape = value.filled.escape
        return "a variable, because a $ is in it" + (f"; for the $ itself, write {escape}" if escape else "")
    if names:
        return f"{names}, which {'are' if ' and ' in names else 'is'} neither in this environment nor in .env"
    return "an expression that only its program can compute; start that program with: pgwhy run -- COMMAND"


_NAMES = {"user": "the role", "dbname": "the database"}
_R2DBC = re.compile(r"\Ar2dbc:(?:pool:|proxy:)?(?=\w+://)")
"""Another driver than pgJDBC: it passes over the options that it does not know (github.com/pgjdbc/r2dbc-postgresql)."""
_R2DBC_SSL = re.compile(r"(?<=[?&])ssl(?:Mode|RootCert|Cert|Key|Password)(?==)")
"""Its options that are libpq's but for the capitals."""
_SCHEMES = re.compile(r"\A(?:pgsql|postgis|cockroachdb)://")
"""What R2DBC, Laravel, GeoDjango and ActiveRecord accept as the scheme of a Postgres URL."""
_HOST_AND_PORT = re.compile(r"(?P<host>[^:/]+):(?P<port>[^:/]+)")
