"""Ruby: what is given to `raise`, and to `new` or `exception` of an error class.

`"... #{x} ..."` has a value; strings joined by `+`, `\\` or a line's end are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_RAISE = re.compile(r"\b(?:raise|fail)\b|\b[A-Z]\w*(?:Error|Bad|Exception)(?:::\w+)*\.(?:new|exception)\b|\bwarn\b")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'')
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_VALUE = re.compile(r"#\{(?:[^{}]|\{[^{}]*\})*\}|%[sdp]")
_LOOKED_AT = 400
"""Characters behind a `raise` in which its message begins."""


def strings(source: str, path: str) -> Iterator[str]:
    """Every message of a Ruby file."""
    source = _COMMENT.sub("", source)
    for call in _RAISE.finditer(source):
        said = _message(source[call.end() : call.end() + _LOOKED_AT])
        if " " in said:
            yield said


def _message(behind: str) -> str:
    """The string of a statement: the first, with those joined to it."""
    parts: list[str] = []
    place = 0
    for found in _STRING.finditer(behind):
        between = behind[place : found.start()]
        if not parts and ("\n" in between.replace("\\\n", "").strip(" ") or ";" in between):
            break
        if parts and not re.fullmatch(r"\s*(?:\+|\\)\s*|[ \t]*", between):
            break
        text = found[1] if found[1] is not None else found[2]
        parts.append(re.sub(r"\\(.)", lambda each: "\n" if each[1] == "n" else each[1], _VALUE.sub("{}", text)))
        place = found.end()
    return "".join(parts).strip()
