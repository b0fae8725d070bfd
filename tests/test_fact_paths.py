"""Python code asks for facts by path, which no type checker sees: each path that is written there exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pgwhy
from pgwhy.probes import VOCABULARY

PACKAGE = Path(pgwhy.__file__).parent
PATH = re.compile(rf"(?:{'|'.join(VOCABULARY.records)})\.\w+")
NO_PATHS = {"dns.ipv", "settings.py", "web.config", "compose.yaml"}
"""The beginning of `dns.ipv4_count` in an f-string, and files of Django's, .NET's and Compose's."""
ASK = ("get", "seen.get", "observations.get", "report.observations.get")


def written() -> Iterator[tuple[str, str]]:
    """Everything in a string literal that looks like a path, or is asked for as one, with its place."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            asks = isinstance(node, ast.Call) and ast.unparse(node.func) in ASK
            literals = node.args[:1] if isinstance(node, ast.Call) and asks else [node]
            for literal in literals:
                text = literal.value if isinstance(literal, ast.Constant) else None
                if isinstance(text, str) and (PATH.fullmatch(text) or (asks and "." in text)):
                    yield text, f"{file.relative_to(PACKAGE)}:{literal.lineno}"


def test_every_fact_that_python_asks_for_is_in_the_vocabulary() -> None:
    paths = list(written())
    assert len(paths) > 200, "the walk finds what is written"
    assert [f"{place} {path}" for path, place in paths if path not in VOCABULARY and path not in NO_PATHS] == []
