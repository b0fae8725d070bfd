"""Object literals and texts of JavaScript and TypeScript, as one writes them. (ECMA-262, 12.9.4 and 13.2.5.)"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

from pgwhy.shipped.regex import lazy


class Code(str):
    """An expression that is no literal."""

    __slots__ = ()


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


_ESCAPE = lazy(r"\\(u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.)", re.DOTALL)
