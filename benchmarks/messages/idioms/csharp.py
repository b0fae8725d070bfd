"""C#: what is given to an exception, or to the helper that throws it, and the values of a file of resources.

`$"... {x} ..."` has a value, and so has `{0}`; strings joined by `+` are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from benchmarks.messages.idioms.calls import messages, without_comments

_LITERAL = re.compile(
    r'\$@?"(?:[^"\\{\n]|\\.|\{\{|\{(?:[^{}"]|"[^"]*"|\{[^{}]*\})*\})*"|@"(?:[^"]|"")*"|"(?:[^"\\\n]|\\.)*"'
)
_CALL = re.compile(
    r":\s*base\s*\(|\bnew\s+[\w.]*Exception\s*\(|\b(?:ThrowHelper\.)?Throw\w*(?:<[^<>()]*>)?\s*\(|\bnew\s*\((?=\s*\$?\")"
)
_VALUE = re.compile(r"(?<!\{)\{(?:[^{}\"]|\"[^\"]*\"|\{[^{}]*\})*\}")
_RESOURCE = re.compile(r"<data name=\"\w+\"[^>]*>\s*<value>(.*?)</value>", re.DOTALL)


def strings(source: str, path: str) -> Iterator[str]:
    """Every message of a C# file, or of a `.resx` file."""
    if path.endswith(".resx"):
        yield from (_VALUE.sub("{}", unescape(each[1])) for each in _RESOURCE.finditer(source))
        return
    source = without_comments(source, _LITERAL, r"//[^\n]*|/\*.*?\*/")
    source = re.sub(r"'\\?\"'", "' '", source)
    for text in messages(source, _CALL, _LITERAL, _said):
        if " " in text:
            yield text


def _said(literal: str) -> str:
    inner = literal.lstrip("$@")[1:-1]
    text = re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1]), inner)
    return _VALUE.sub("{}", text).replace("{{", "{").replace("}}", "}")
