"""The messages that Go source can return or panic with.

A message is a string that is given to a function whose name speaks of an error (`errors.New`, `fmt.Errorf`, a
package's own), that stands in a field for it (`msg: "..."`), or that a method `Error() string` makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping


def strings(source: str, path: str) -> Iterator[str]:
    """The format strings of one file; each value is `{}`."""
    if path.endswith("_test.go"):
        return
    tokens = list(_tokens(source))
    held: dict[str, list[str]] = {}
    for name, text in _constants(tokens):
        held.setdefault(name, []).append(text)
    for at, token in enumerate(tokens):
        if token == "(" and at and _is_error(tokens[at - 1], tokens[at - 2] if at > 1 else ""):
            yield from _given(tokens, at, held)
        elif token in _FIELDS and tokens[at + 1 : at + 2] == [":"] and _literal(tokens, at + 2):
            yield _joined(tokens, at + 2)
    for method in _METHOD.finditer(source):
        body = list(_tokens(source[method.end() : source.find("\n}", method.end())]))
        for at, token in enumerate(body):
            if token in ("return", "(", ",", "=") and _literal(body, at + 1):
                yield _joined(body, at + 1)


def _constants(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """Names that a file gives to strings."""
    for at, token in enumerate(tokens):
        if token == "=" and _literal(tokens, at + 1):
            name = tokens[at - 2] if tokens[at - 1] == ":" else tokens[at - 1]
            yield name, _value(tokens[at + 1])


def _given(tokens: list[str], start: int, held: Mapping[str, list[str]]) -> Iterator[str]:
    """Each argument of a call that is, or begins with, a string or a name for one."""
    depth = 0
    for at in range(start, len(tokens)):
        token = tokens[at]
        if token in "([{":
            depth += 1
        elif token in ")]}":
            depth -= 1
            if not depth:
                return
        if depth != 1 or token not in ("(", ","):
            continue
        if _literal(tokens, at + 1):
            text = _joined(tokens, at + 1)
            if text.replace("{}", "").strip():
                yield text
        elif tokens[at + 2 : at + 3] == ["+"] and _literal(tokens, at + 3) and tokens[at + 1] in held:
            yield from (first + _joined(tokens, at + 3) for first in held[tokens[at + 1]])


def _joined(tokens: list[str], at: int) -> str:
    """A string and what is added to it, as one format string."""
    parts = [_value(tokens[at])]
    depth = 0
    at += 1
    while at < len(tokens):
        token = tokens[at]
        if depth == 0 and (token in ",)}" or token in (";", "\n")):
            break
        if token in "([{":
            depth += 1
        elif token in ")]}":
            depth -= 1
        elif depth == 0 and token != "+":
            part = _value(token) if _literal(tokens, at) else "{}"
            if not (part == "{}" and parts[-1] == "{}"):
                parts.append(part)
        at += 1
    return "".join(parts)


def _is_error(name: str, before: str) -> bool:
    return bool(_ERROR.search(name)) or (name == "New" and before == ".") or name == "panic"


def _literal(tokens: list[str], at: int) -> bool:
    return at < len(tokens) and tokens[at][0] in '"`'


def _value(token: str) -> str:
    text = token[1:-1]
    if token[0] == '"':
        text = _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text)
    return _VERB.sub(lambda found: "%" if found[0] == "%%" else "{}", text)


def _tokens(source: str) -> Iterator[str]:
    for found in _TOKEN.finditer(source):
        if not found[0].startswith(("//", "/*")):
            yield found[0]


_TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|`[^`]*`|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'|\w+|\n|[^\s\w]", re.DOTALL)
_METHOD = re.compile(r"^func \([^)]*\) Error\(\) string \{", re.MULTILINE)
_ERROR = re.compile(r"(?:Error|Errorf|errorf|Err|Errf|fatalf?|Warn|Warnf)$|^(?:errf|err)$")
_FIELDS = frozenset(("msg", "Msg", "Message", "message", "Text", "status"))
_VERB = re.compile(r"%[-+# 0]*(?:\d+|\*)?(?:\.\d+)?(?:\[\d+\])?[a-zA-Z]|%%")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
