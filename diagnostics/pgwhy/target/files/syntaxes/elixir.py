"""Keyword lists of Elixir: `config :shop, Shop.Repo, url: "ecto://...", hostname: "localhost"`.

Read are literals, the environment as `System` reads it, names that the file gives to such values, and texts with these
in them. (hexdocs.pm/ecto, "Ecto.Repo"; hexdocs.pm/elixir, "Config", "String interpolation".)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwhy.target.files.entry import Entry, Expression, Variable, line_at
from pgwhy.target.files.syntaxes import literals
from pgwhy.target.files.syntaxes.literals import Parts
from pgwhy.target.forms.javascript import unquoted

DEEPEST = 5
LONGEST = 2000
"""Characters of an expression that is looked into."""


def read(text: str) -> list[list[Entry]]:
    """The path is the names behind `config`, then the key. Never raises."""
    entries: list[Entry] = []
    constants = dict(_constants(text))
    starts = [*_CONFIG.finditer(text)]
    ends = [*(each.start() for each in starts[1:]), len(text)]
    for begin, end in zip(starts, ends, strict=False):
        path = tuple(part.strip().lstrip(":") for part in begin["names"].split(",") if part.strip())
        at = begin.end("names")
        while found := _PIECE.search(text, at, end):
            at = found.end()
            if not found["name"] or (text[at : at + 1] in ("[", "{", "%") and not _SYSTEM.match(text, at)):
                continue  # what is in a list of its own has names of its own
            start, at = at, _end(text, at, end)
            entries.append(_entry((*path, found["name"]), text, found.start(), start, at, constants))
    return [entries]


def _entry(
    path: tuple[str, ...], text: str, name: int, start: int, end: int, constants: dict[str, tuple[int, str]]
) -> Entry:
    raw = text[start:end].strip()
    if raw in constants:
        start, raw = constants[raw]
    span = (start, start + len(raw))
    if _STRING.fullmatch(raw) and "#{" not in raw:
        return Entry(path, unquoted(raw), line_at(text, name), span)
    if _PLAIN.fullmatch(raw):
        return Entry(path, raw.lstrip(":"), line_at(text, name), span)
    return Entry(path, raw, line_at(text, name), None, Expression(_parts(raw, constants, 0)))


def _constants(text: str) -> Iterator[tuple[str, tuple[int, str]]]:
    """`database_url = System.get_env("DATABASE_URL") || raise ...`, as Phoenix writes it: the place and the text."""
    for found in _GIVEN.finditer(text):
        end = _end(text, found.end(), len(text))
        yield found["name"], (found.end(), text[found.end() : end].strip())


def _end(text: str, at: int, most: int) -> int:
    """The end of the expression that begins here: a comma, a bracket or the end of a line that nothing goes on."""
    depth = 0
    for found in _WORD.finditer(text, at, most):
        word = found[0]
        if word in ("(", "[", "{"):
            depth += 1
        elif word in (")", "]", "}"):
            if not depth:
                return found.start()
            depth -= 1
        elif not depth and (
            word == ","
            or (
                found.lastgroup == "line"
                and not _GOES_ON.search(text, at, found.start())
                and not _WENT_ON.match(text, found.end())
            )
        ):
            return found.start()
    return most


def _parts(raw: str, constants: dict[str, tuple[int, str]], depth: int) -> Parts:
    raw = raw.strip()
    if depth > DEEPEST or len(raw) > LONGEST:
        return None
    if _STRING.fullmatch(raw):
        pieces = _IN_TEXT.split(raw[1:-1])
        told = [
            (unquoted(f'"{piece}"'),) if at % 2 == 0 else _or_nothing(_parts(piece, constants, depth + 1))
            for at, piece in enumerate(pieces)
        ]
        return literals.joined(told)
    if _PLAIN.fullmatch(raw):
        return (raw.lstrip(":"),)
    if raw in constants:
        return _parts(constants[raw][1], constants, depth + 1)
    if found := _SYSTEM.fullmatch(raw):
        return (Variable((found["name"],)),)
    if found := _ENVIRONMENT.fullmatch(raw):
        default = _parts(found["default"], constants, depth + 1) if found["default"] else ()
        return literals.either((Variable((found["name"],)),), default) if default else (Variable((found["name"],)),)
    if found := _CONVERTED.fullmatch(raw):
        return _parts(found["inner"] or found["piped"], constants, depth + 1)
    first, either, second = raw.partition("||")
    if either:
        if _FAILS.match(second):
            return _parts(first, constants, depth + 1)
        return literals.either(_parts(first, constants, depth + 1), _parts(second, constants, depth + 1))
    return None


def _or_nothing(parts: Parts) -> Parts:
    """In a text, a variable that is not set is nothing."""
    if parts is None or len(parts) != 1 or not isinstance(parts[0], Variable) or parts[0].default is not None:
        return parts
    return (Variable(parts[0].names, ""),)


_CONFIG = re.compile(r"^[ \t]*config[ \t(]+(?P<names>:\w+(?:\s*,\s*(?::\w+(?!\s*:)|[A-Z][\w.]*))*)", re.MULTILINE)
_GIVEN = re.compile(r"^[ \t]*(?P<name>[a-z_]\w*)[ \t]*=(?![=~>])\s*", re.MULTILINE)
_QUOTED = r'"(?:[^"\\#\n]|\\.|\#\{(?:[^{}"\n]|"[^"\n]*")*\}|\#)*"'
_STRING = re.compile(_QUOTED)
_PLAIN = re.compile(r"-?\d[\d_]*|true|false|:[a-z_]\w*|[A-Z][\w.]*")
_PIECE = re.compile(rf"\#[^\n{{]*$|(?<![\w:])(?P<name>[a-z_]\w*):[ \t\r\n]+|{_QUOTED}", re.MULTILINE)
_WORD = re.compile(rf'"""[^"]*"""|{_QUOTED}|(?P<comment>\#[^\n]*)|[,()\[\]{{}}]|(?P<line>\n)')
_GOES_ON = re.compile(r"(?:\|\||\|>|<>|=|\braise)[ \t\r]*\Z")
"""Behind this, an expression is in the next line too."""
_WENT_ON = re.compile(r"\s*(?:\|\||\|>|<>)")
_SYSTEM = re.compile(r"\{:system,\s*\"(?P<name>\w+)\"\s*\}")
"""As Ecto read it before there was `config/runtime.exs`."""
_IN_TEXT = re.compile(r"#\{([^{}]*)\}")
_ENVIRONMENT = re.compile(
    rf"System\.(?:get_env|fetch_env!)\(\s*\"(?P<name>\w+)\"\s*(?:,\s*(?P<default>{_QUOTED}|\d+|nil)\s*)?\)"
)
_CONVERTED = re.compile(
    r"(?:String\.to_integer|to_string|to_charlist|String\.trim)?\((?P<inner>(?:[^()]|\([^()]*\))*)\)"
    r"|(?P<piped>.*?)\s*\|>\s*(?:String\.to_integer|to_string|String\.trim)(?:\(\))?",
    re.DOTALL,
)
_FAILS = re.compile(r"\s*(?:raise|nil)\b")
