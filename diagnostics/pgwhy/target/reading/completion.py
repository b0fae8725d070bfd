"""What a text says → `Target`, completed from the places that libpq looks at.

The order of precedence is libpq's: the string, the service file, the environment, the password file, defaults
(PostgreSQL, "Parameter Key Words"). Each value knows its source and what it beat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.secret import Secret
from pgwhy.target.dialects import Dialect
from pgwhy.target.dialects.detection import Reading, understand
from pgwhy.target.forms import environment
from pgwhy.target.model import PLACEHOLDER, Setting, Source, SourceKind, Target, Written
from pgwhy.target.parameters import SECRET
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.values import dataclass, replace

if TYPE_CHECKING:
    from pgwhy.target.forms.dotenv import Variable

THE_STRING = Source(SourceKind.STRING, "the connection string")
FILE_LIMIT = 1_000_000
"""Bytes. A connection string is shorter, and so is a file that somebody wrote to hold one."""


@dataclass(frozen=True)
class Layer:
    """What one place sets, secrets apart."""

    settings: dict[str, Setting]
    private: dict[str, tuple[Secret, Source]]


def from_text(text: str, source: Source, machine: Machine, dotenv: Mapping[str, Variable] | None = None) -> Target:
    """The target that a text names, completed from the machine, and from a `.env` that its program has loaded."""
    reading = understand(text)
    written = Written(reading.dialect, Secret(text), source, reading.masked)
    return complete(
        reading, written, machine, dotenv or {}, lambda repaired: from_text(repaired, source, machine, dotenv)
    )


def complete(
    reading: Reading | None,
    written: Written | None,
    machine: Machine,
    dotenv: Mapping[str, Variable],
    again: Callable[[str], Target] | None = None,
) -> Target:
    """What a text says, if there is one, with everything that libpq would add to it. `again`: see `Target`."""
    dialect = written.dialect if written else Dialect.DEFAULTS
    problems = reading.problems if reading else ()
    layers = [_text_layer(reading, written)] if reading and written else []
    if reading is None or reading.readable:
        driver = reading.driver if reading else None
        variables = (
            _environment_layer(machine.environment, dialect, driver, {}),
            _environment_layer({n: v.value for n, v in dotenv.items()}, dialect, driver, dotenv),
        )
        service, missing = _service_layer((*layers, *variables), machine)
        layers += [service, *variables]
        problems += missing
    withheld = _options_withheld(layers, reading)
    settings = _merged([layer.settings for layer in layers])
    private = _first([layer.private for layer in layers])
    settings, more, hidden = _checked(settings, written)
    password, source = private.get("password", (None, None))
    before = (*(reading.hidden if reading else ()), *hidden)
    behind = (*(secret for layer in layers for secret, _ in layer.private.values()), *withheld.values())
    target = Target(
        settings=settings,
        foreign={n: Setting(v, written.source) for n, v in reading.foreign.items()} if reading and written else {},
        written=written,
        password=password,
        password_source=source,
        problems=problems + more,
        candidates=(),
        secrets=_known(*before, password, *behind),
        driver=reading.driver if reading else None,
        private={name: secret for name, (secret, _) in private.items() if name != "password"},
        withheld=withheld,
        argument="",
        machine=machine,
        file=None,
        services=None,
        again=again,
    )
    if (password and password.reveal()) or (reading is not None and not reading.readable):
        return target
    password, source = _from_passfile(target, machine) or (password, source)
    return replace(target, password=password, password_source=source, secrets=_known(*before, password, *behind))


def _known(*secrets: Secret | None) -> tuple[Secret, ...]:
    return tuple(dict.fromkeys(secret for secret in secrets if secret and secret.reveal()))


def default_user(machine: Machine) -> str:
    """The role that libpq takes where none is given: the name of the user at this machine; empty if not known."""
    names = (machine.environment.get(name, "") for name in ("USER", "LOGNAME", "USERNAME"))
    return next((name for name in names if name), "")


def unreadable(code: ProblemCode, detail: str, source: Source, machine: Machine) -> Target:
    """A target of which there is not even a text."""
    written = Written(Dialect.DEFAULTS, Secret(""), source)
    return Target({}, written=written, problems=(Problem(code, detail),), machine=machine)


def read_text(path: Path) -> str:
    """A file's text in UTF-8, or in UTF-16 as PowerShell writes it (its mark then stays in front). Raises `OSError`."""
    return as_text(files.given(path, FILE_LIMIT))


def as_text(raw: bytes) -> str:
    """What `read_text` makes of the bytes of a file."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "\ufeff" + raw.decode("utf-16", "replace")
    return raw.decode("utf-8", "surrogateescape")


def _text_layer(reading: Reading, written: Written) -> Layer:
    source = written.source
    settings = {n: Setting(v, source, (), reading.spelling.get(n, "")) for n, v in reading.values.items()}
    return Layer(settings, {name: (secret, source) for name, secret in reading.private.items()})


def _environment_layer(
    variables: Mapping[str, str], dialect: Dialect, driver: str | None, dotenv: Mapping[str, Variable]
) -> Layer:
    layer = Layer({}, {})
    for name, (value, variable) in environment.read(variables, dialect, driver).items():
        source = Source(SourceKind.ENVIRONMENT, variable)
        if variable in dotenv:
            source = Source(SourceKind.DOTENV, ".env", dotenv[variable].line, variable)
        if name in SECRET:
            layer.private[name] = (Secret(value), source)
        else:
            layer.settings[name] = Setting(value, source)
    return layer


def _service_layer(layers: tuple[Layer, ...], machine: Machine) -> tuple[Layer, tuple[Problem, ...]]:
    named = next((layer.settings["service"] for layer in layers if "service" in layer.settings), None)
    if named is None:
        return Layer({}, {}), ()
    from pgwhy.target.forms import service  # few targets name one

    found = service.find(named.value, machine)
    if isinstance(found, str):
        return Layer({}, {}), (Problem(ProblemCode.SERVICE_MISSING, found),)
    layer = Layer({}, {})
    for name, (value, line) in found.values.items():
        source = Source(SourceKind.SERVICE_FILE, str(found.path), line)
        if name in SECRET:
            layer.private[name] = (Secret(value), source)
        else:
            layer.settings[name] = Setting(value, source)
    return layer, (Problem(ProblemCode.SERVICE_MISSING, found.refused),) if found.refused else ()


def _options_withheld(layers: list[Layer], reading: Reading | None) -> Mapping[str, Secret]:
    """The custom settings of every `options`, whose values are masked in the layers that are no text."""
    found = dict(reading.withheld) if reading else {}
    for layer in layers:
        setting = layer.settings.get("options")
        if setting and "=" in setting.value:
            from pgwhy.target.dialects import secret_parts  # few targets have any

            custom = secret_parts.withheld(setting.value)
            found = {**{n: s for n, s in custom.items() if PLACEHOLDER not in s.reveal()}, **found}
            layer.settings["options"] = replace(setting, value=secret_parts.masked(setting.value))
    return found


def _merged(layers: list[dict[str, Setting]]) -> dict[str, Setting]:
    merged: dict[str, Setting] = {}
    for layer in layers:
        for name, setting in layer.items():
            strongest = merged.get(name)
            merged[name] = replace(strongest, overrode=(*strongest.overrode, setting)) if strongest else setting
    return merged


def _first(layers: list[dict[str, tuple[Secret, Source]]]) -> dict[str, tuple[Secret, Source]]:
    first: dict[str, tuple[Secret, Source]] = {}
    for layer in layers:
        for name, entry in layer.items():
            first.setdefault(name, entry)
    return first


def _checked(
    settings: dict[str, Setting], written: Written | None
) -> tuple[dict[str, Setting], tuple[Problem, ...], tuple[Secret, ...]]:
    """What is wrong with values that no connection string holds: a port or a whole URL in PGHOST."""
    elsewhere = {n: s for n, s in settings.items() if not written or s.source != written.source}
    if not elsewhere.keys() & {"host", "port", "options"}:
        return settings, (), ()
    from pgwhy.target.dialects import keywords  # a URI is usually complete

    values = {name: setting.value for name, setting in elsewhere.items()}
    problems = (*keywords.host_problems(values), *keywords.option_problems(values))
    host = elsewhere.get("host")
    if host is None or "://" not in host.value:
        return settings, problems, ()
    from pgwhy.target.dialects import wrappers  # as above

    masked, secrets = wrappers.hide(host.value)
    return {**settings, "host": replace(host, value=masked)}, problems, secrets


def _from_passfile(target: Target, machine: Machine) -> tuple[Secret, Source] | None:
    from pgwhy.target.forms import passfile  # most targets bring their password along

    path = passfile.where(machine, target.value("passfile"))
    if path is None:
        return None
    user = target.value("user") or default_user(machine)
    for host in target.hosts:
        found = passfile.find(
            path, machine, host.name or host.hostaddr, host.port, target.value("dbname") or user, user
        )
        if found:
            return Secret(found.password), Source(SourceKind.PASSFILE, str(found.path), found.line)
    return None
