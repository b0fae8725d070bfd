"""Defaults of a project: `pgwhy.toml`, or `[tool.pgwhy]` in pyproject.toml; docs/configuration.md has the keys.

Such a file comes with a repository that somebody else may have written. So it holds no password, names no file to
write and no server to ask: what it can say is what is listed in `_KEYS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from pgwhy.foreign import files
from pgwhy.values import dataclass

FILE = "pgwhy.toml"
IGNORE = "ignore"
COMMANDS = ("check", "fix", "explain", "run", "ticket", "checklist", "snippets", "anatomy", "diff", "mcp")
"""The commands that have defaults; each may have a table of its own."""


class BadSetting(ValueError):
    """A setting cannot be understood; the message is a sentence."""


@dataclass(frozen=True)
class Settings:
    """What a project says."""

    place: str = ""
    """The file, and the table in it, as a message names it; empty where no file says anything."""
    folder: Path = Path()
    """Of the file: paths in it start there."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Key → value, as TOML has it; the tables of commands and of ignored rules among them."""


@dataclass(frozen=True)
class _Key:
    parameter: str
    """The parameter of a command that it is the default of."""
    wanted: str
    """What it has to be, for a message."""
    fits: Callable[[Any], bool]
    negated: bool = False


def settings(folder: Path) -> Settings:
    """What is said for a folder: by its own file, or by one further up in the same repository. Raises `BadSetting`."""
    for place in _folders(folder):
        for name, tables in ((FILE, ()), ("pyproject.toml", ("tool", "pgwhy"))):
            told = _read(place / name, tables)
            if told is not None:
                where = f"[{'.'.join(tables)}] in {place / name}" if tables else str(place / name)
                return Settings(where, place, told)
    return Settings()


def defaults(command: str, parameters: Mapping[str, tuple[str, ...]], folder: Path) -> dict[str, Any]:
    """The defaults of a command, by the names of its parameters. Raises `BadSetting`.

    `parameters` has the names that the command knows; for one with a closed set of words, these words.
    """
    said = settings(folder)
    if command not in COMMANDS:
        return {}
    own = said.values.get(command, {})
    shared = {key: value for key, value in said.values.items() if key not in (IGNORE, *COMMANDS)}
    for key in (*shared, *own):
        if key not in _KEYS:
            raise BadSetting(f"{said.place} has the key {key!r}, which pgwhy does not know{_near(key)}")
    found: dict[str, Any] = {}
    for key, value in {**shared, **own}.items():
        known = _KEYS[key]
        if not known.fits(value):
            raise BadSetting(f"{said.place}: {key} must be {known.wanted}")
        if known.parameter not in parameters:
            if key in own:
                raise BadSetting(f"{said.place}: pgwhy {command} has no {key}")
            continue
        words = parameters[known.parameter]
        if words and value not in words:
            if key in own:
                raise BadSetting(f"{said.place}: {key} of {command} is one of {', '.join(words)}")
            continue
        found[known.parameter] = not value if known.negated else _placed(key, value, said.folder, folder)
    return found


def _placed(key: str, value: Any, origin: Path, folder: Path) -> Any:
    """Paths start at the file that names them."""
    if origin == folder:
        return value
    if key == "rules":
        return [str(origin / each) for each in value]
    if key == "target" and value.startswith("@"):
        return f"@{origin / value[1:]}"
    return value


def _folders(folder: Path) -> Iterator[Path]:
    """The folder, and those above it up to the top of its repository; without one, the folder alone."""
    above = [folder, *folder.parents]
    top = next((place for place in above if (place / ".git").exists()), folder)
    for place in above:
        yield place
        if place == top:
            return


def _read(file: Path, tables: tuple[str, ...]) -> dict[str, Any] | None:
    """The table in a file; `None` where there is no such file, or it does not speak of pgwhy."""
    try:
        text = files.text(file)
    except FileNotFoundError:
        return None
    except OSError as problem:
        if tables:  # another tool's file
            return None
        raise BadSetting(f"{file} cannot be read: {problem.strerror}") from None
    if tables and ".".join(tables) not in text:
        return None
    import tomllib  # few folders have such a file

    try:
        told: Any = tomllib.loads(text)
        for name in tables:
            told = told.get(name, {})
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise BadSetting(f"{file} cannot be read: {problem}") from None
    except AttributeError:
        told = None
    if not isinstance(told, dict):
        raise BadSetting(f"{file}: [{'.'.join(tables)}] must be a table")
    for name in (IGNORE, *COMMANDS):
        if not isinstance(told.get(name, {}), dict):
            raise BadSetting(f"{file}: {name} must be a table")
    return told if told or not tables else None


def _near(key: str) -> str:
    from pgwhy.terminal.spelling import nearest

    near = nearest(key, (*_KEYS, IGNORE, *COMMANDS))
    return f"; did you mean {near}?" if near else f"; it knows {', '.join(_KEYS)} and {IGNORE}"


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("env:", "@")) and value.isprintable()


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


_FLAG = "true or false"
_TEXT = "a text"
_KEYS = {
    "target": _Key("target", 'a reference, "env:NAME" or "@FILE": a password does not belong here', _is_reference),
    "in": _Key("inside", _TEXT, _is_text),
    "client": _Key("client", _TEXT, _is_text),
    "timeout": _Key("timeout", "a number of seconds", _is_number),
    "wait": _Key("wait", "a number of seconds", _is_number),
    "login": _Key("no_login", _FLAG, _is_flag, negated=True),
    "verify": _Key("no_verify", _FLAG, _is_flag, negated=True),
    "web": _Key("web", _FLAG, _is_flag),
    "rules": _Key("folders", 'a list of folders, ["DIR"]', _are_texts),
    "format": _Key("format_", _TEXT, _is_text),
    "fail-on": _Key("fail_on", _TEXT, _is_text),
    "verbose": _Key("verbose", _FLAG, _is_flag),
    "watch": _Key("watch", _FLAG, _is_flag),
}
