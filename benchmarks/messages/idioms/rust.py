"""Rust: every string of a file that has a space, but for those of tests, of documentation and of tracing.

A message can be given to anything that becomes an error (`Error::config("...".into())`, `write!`, `#[error("...")]`,
an arm of a `match` in `Display`), so no call is looked for. `{}`, `{0}`, `{name:?}` are values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r'(?P<raw>(?<!\w)b?r(#*)"(?P<rawsaid>.*?)"\2)|(?<!\w)b?"(?P<said>(?:[^"\\]|\\.)*)"|(?P<comment>//[^\n]*|/\*.*?\*/)'
    r"|'(?:\\.|[^'\\])'",
    re.DOTALL,
)
_TESTS = re.compile(
    r"^\s*#\[cfg\((?:all\()?test\b[^\n]*\n(?:\s*(?:#\[|//)[^\n]*\n)*\s*(?:pub )?mod \w+ \{|^(?:pub )?mod tests? \{",
    re.MULTILINE,
)
_SILENT = re.compile(
    r"(?:#!?\[(?!error)[a-z_]+[^\]\n]*|\b(?:trace|debug|info|debug_assert\w*|assert\w*|unreachable|unimplemented|todo)!\s*\([^;]*"
    r"|\.expect\(\s*)$"
)
_VALUE = re.compile(r"(?<!\{)\{[\w.]*(?::[^{}]*)?\}")


def strings(source: str, path: str) -> Iterator[str]:
    """Every message of a Rust file."""
    tests = _TESTS.search(source)
    source = source[: tests.start()] if tests else source
    for found in _TOKEN.finditer(source):
        text = found["said"] if found["said"] is not None else found["rawsaid"]
        if text is None or found["comment"] or _SILENT.search(source[max(0, found.start() - 200) : found.start()]):
            continue
        text = re.sub(r"\\\n\s*", "", text)
        text = re.sub(r"\\(.)", lambda each: {"n": "\n", "t": "\t"}.get(each[1], each[1]), text)
        text = _VALUE.sub("{}", text).replace("{{", "{").replace("}}", "}").strip()
        if " " in text:
            yield text
