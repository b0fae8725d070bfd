"""Object literals in JavaScript and TypeScript, read without running anything, and written.

Tolerant: what is no literal (`process.env.X`, a call) is kept as `Code`, and what is no object is passed over.
(ECMA-262, 13.2.5, of which configuration files use a small part.)
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

DEEPEST = 40
"""Levels of nesting after which an object is taken for something else."""


class Code(str):
    """An expression that is no literal."""

    __slots__ = ()


def objects(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every object literal with the place where it begins, outer ones before those inside of them."""
    position = 0
    while found := _OPENING.search(text, position):
        position = found.end()
        if found["brace"]:
            read = _object(text, found.start(), 0)
            if read and read[0]:
                yield found.start(), read[0]
                position = read[1]


def strings(text: str) -> Iterator[tuple[int, str]]:
    """Every text literal with its place."""
    for found in _OPENING.finditer(text):
        if found["text"]:
            yield found.start(), unquoted(found["text"])


def inside(node: Any) -> Iterator[dict[str, Any]]:
    """An object and all objects in it."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from inside(value)
    elif isinstance(node, list):
        for value in node:
            yield from inside(value)


def environment_variable(value: object) -> str:
    """`DATABASE_URL` of `process.env.DATABASE_URL!` or `env("DATABASE_URL")`; empty for anything else."""
    found = _VARIABLE.match(value) if isinstance(value, Code) else None
    return found["dot"] or found["bracket"] or found["call"] if found else ""


def write(value: Mapping[str, Any], indent: str = "") -> str:
    """An object literal over several lines; a nested one with few simple values on one."""
    deeper = indent + "  "
    lines = (f"{deeper}{_key(key)}: {_written(each, deeper)},\n" for key, each in value.items())
    return "{\n" + "".join(lines) + indent + "}"


def quoted(value: str) -> str:
    """A text in double quotes."""
    return json.dumps(value, ensure_ascii=not value.isprintable())


def unquoted(literal: str) -> str:
    """What a literal in whichever quotes means."""
    text = _ESCAPE.sub(_unescaped, literal[1:-1])
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # two escapes can be one character


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] in "ux" and len(code) > 1:
        digits = code[1:].strip("{}").lstrip("0") or "0"
        is_character = len(digits) <= 6 and int(digits, 16) <= sys.maxunicode
        return chr(int(digits, 16)) if is_character else found[0]
    return {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}.get(code, code)


def _written(value: object, indent: str) -> str:
    if isinstance(value, Code):
        return value
    if isinstance(value, dict):
        flat = "{ " + ", ".join(f"{_key(k)}: {_written(v, indent)}" for k, v in value.items()) + " }"
        return flat if len(flat) < 70 and "\n" not in flat else write(value, indent)
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_$][\w$]*", name) else quoted(name)


def _object(text: str, start: int, depth: int) -> tuple[dict[str, Any], int] | None:
    """The object that begins here and where it ends; `None` if it is none."""
    found: dict[str, Any] = {}
    position = _skip(text, start + 1)
    while position < len(text) and depth < DEEPEST:
        if text[position] == "}":
            return found, position + 1
        key = _KEY.match(text, position)
        if key is None:
            return None
        position = _skip(text, key.end())
        if key["rest"]:
            value, position = _expression(text, position)
        elif text[position : position + 1] == ":":
            read = _value(text, _skip(text, position + 1), depth)
            if read is None:
                return None
            value, position = read
            found[unquoted(key["text"]) if key["text"] else key["name"]] = value
        elif text[position : position + 1] in ("", ",", "}"):
            found[key["name"] or ""] = Code(key["name"] or "")
        else:
            return None  # a method, or a block of statements
        position = _skip(text, position)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
        elif text[position : position + 1] != "}":
            return None
    return None


def _value(text: str, position: int, depth: int) -> tuple[Any, int] | None:
    if text[position : position + 1] == "{":
        return _object(text, position, depth + 1)
    whole, end = _expression(text, position)
    literal = _LITERAL.fullmatch(whole)
    if literal and (literal["text"] or "")[:1] == "`" and "${" in whole:
        literal = None
    if literal is None:
        return whole, end
    if literal["text"]:
        return unquoted(literal["text"]), end
    if literal["number"]:
        number = literal["number"].replace("_", "")
        if len(number) > _LONGEST_NUMBER:
            return whole, end
        return float(number) if "." in number else int(number), end
    return {"true": True, "false": False}.get(literal["word"]), end


def _expression(text: str, position: int) -> tuple[Code, int]:
    """Up to the comma or bracket that ends it."""
    parts: list[str] = []
    open_brackets = 0
    while piece := _PIECE.match(text, position):
        if piece["open"]:
            open_brackets += 1
        elif piece["close"]:
            if not open_brackets:
                break
            open_brackets -= 1
        elif piece["comma"] and not open_brackets:
            break
        if not piece["comment"]:
            parts.append(piece[0])
        position = piece.end()
    return Code("".join(parts).strip()), position


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


_LONGEST_NUMBER = 20
"""Digits; Python refuses to make a number of 5,000."""
_ESCAPE = re.compile(r"\\(u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"
_COMMENTS = r"(?<![:\w])//[^\n]*|/\*.*?\*/"
_SPACE = re.compile(rf"(?:\s+|{_COMMENTS})*", re.DOTALL)
_OPENING = re.compile(rf"(?P<text>{_QUOTED})|(?P<comment>{_COMMENTS})|(?P<brace>\{{)", re.DOTALL)
_KEY = re.compile(rf"(?P<text>{_QUOTED})|(?P<name>[A-Za-z_$][\w$]*|\d+)|(?P<rest>\.\.\.)", re.DOTALL)
_LITERAL = re.compile(
    rf"(?P<text>{_QUOTED})|(?P<number>-?\d[\d_]*(?:\.\d+)?)|(?P<word>true|false|null|undefined)", re.DOTALL
)
_PIECE = re.compile(
    rf"{_QUOTED}|(?P<comment>{_COMMENTS})|(?P<open>[\[({{])|(?P<close>[\])}}])|(?P<comma>[,;])|[^\[\](){{}},;\"'`/]+|.",
    re.DOTALL,
)
_VARIABLE = re.compile(
    r"(?:process\.env|import\.meta\.env)(?:\.(?P<dot>\w+)|\[[\"'](?P<bracket>\w+)[\"']\])|env\([\"'](?P<call>\w+)[\"']\)"
)
