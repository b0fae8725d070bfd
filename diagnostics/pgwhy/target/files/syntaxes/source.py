"""Programs in Go and Rust: texts that are a connection string, and the variables that hold one.

`os.Getenv("DATABASE_URL")` has the path `("DATABASE_URL",)`, a text `("the URL",)`. One with places for values
(`host=%s`, `postgres://{user}@h`) is computed. (The Go Programming Language Specification, "String literals"; The Rust
Reference, "String literals".)
"""

from __future__ import annotations

import re

from pgwhy.target.files.entry import Entry, Expression, Variable, line_at
from pgwhy.target.files.syntaxes import literals
from pgwhy.target.forms.javascript import unquoted


def read(text: str) -> list[list[Entry]]:
    """Never raises: what is neither is passed over."""
    entries: list[Entry] = []
    for found in _PIECE.finditer(text):
        line = line_at(text, found.start())
        if found["variable"]:
            taken = Expression((Variable((found["variable"],)),))
            entries.append(Entry((found["variable"],), found[0], line, None, taken))
        elif (raw := found["text"] or found["raw"]) and (literals.is_connection(raw) or _PAIRS.search(raw)):
            span = found.span("text" if found["text"] else "raw")
            value = Expression(None) if _COMPUTED.search(raw) else None
            entries.append(Entry(("the URL",), unquoted(raw), line, span, value))
    return [entries]


_PAIRS = re.compile(
    r"\b(?:host|dbname)=\S+[^\n]*\b(?:user|dbname|port|sslmode)="
    r"|\b(?:user|port|sslmode)=\S+[^\n]*\b(?:host|dbname)="
)
_COMPUTED = re.compile(r"%[+#]?[sdvq]|\{\w*\}")
_PIECE = re.compile(
    r"""//[^\n]*|/\*.*?\*/
    |(?:os\.Getenv|os\.LookupEnv|env::var|std::env::var|env!|dotenv!)\(\s*"(?P<variable>\w+)"\s*\)
    |(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<raw>`[^`]*`)|'(?:[^'\\\n]|\\.)'""",
    re.VERBOSE | re.DOTALL,
)
