"""What a person reads in this project, taken out of the files that hold it.

.venv/bin/python -m tests.plain_text        what plain_words remarks of the Python sources, --help included
"""

from __future__ import annotations

import ast
import inspect
import io
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from pgwhy.authoring.plain_words import remarks

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/*.md", "docs/rules/*.md", "rules/*.md", "fixtures/*.md")
    for path in ROOT.glob(pattern)
)


SOURCES = sorted(
    path.relative_to(ROOT)
    for path in (ROOT / "diagnostics" / "pgwhy").rglob("*.py")
    if path.name != "plain_words.py"  # the list itself
)


def of_python(path: Path) -> Iterator[str]:
    """Its docstrings, its other texts of several words (--help, pages), and its comments."""
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield inspect.cleandoc(node.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.lstrip("# ")


if __name__ == "__main__":
    failing = 0
    for path in SOURCES:
        found = [remark for text in of_python(ROOT / path) for remark in remarks(text)]
        failing += len(found)
        for remark in found:
            print(f"{path}: {remark}")
    sys.exit(failing > 0)
