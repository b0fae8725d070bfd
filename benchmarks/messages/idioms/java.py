"""Java: what is given to an exception, to pgJDBC's `GT.tr`, to a future that fails, and to a logger as a warning.

Strings joined by `+` are one, with what is between them as a value; so are `{0}`, `{}` and `%s` in a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmarks.messages.idioms.calls import messages, without_comments

_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_CALL = re.compile(
    r"\b(?:GT\.tr|super)\s*\(|\bnew\s+[\w.]*(?:Exception|Error)\s*\(|\bString\.format\s*\("
    r"|\b(?:logger|LOGGER|log)\.(?:(?:warn|error)\s*\(|log\s*\(\s*Level\.(?:WARNING|SEVERE)\b)"
    r"|\b(?:failedFuture|fireOnWarning|create\w*Exception|throw\w+)\s*\("
    r"|\b(?:requireNonNull|require|requireNonEmpty|checkArgument|fail|handleWarning|addSuppressed)\s*\("
)
_VALUE = re.compile(r"\{\d*\}|%(?:\d+\$)?[-+ #0]*\d*(?:\.\d+)?[sdxfbn]")


def strings(source: str, path: str) -> Iterator[str]:
    """Every message of a Java file."""
    source = without_comments(source, _LITERAL, r"//[^\n]*|/\*.*?\*/")
    source = re.sub(r"'\"'", "' '", source)
    for text in messages(source, _CALL, _LITERAL, _said):
        if " " in text:
            yield text


def _said(literal: str) -> str:
    text = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1][-1]), literal)
    return _VALUE.sub("{}", text[1:-1]).replace("''", "'")
