"""R, and the C++ under it: what is given to `stop`, `warning` and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmarks.messages.idioms.calls import messages, without_comments

_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_CALL = re.compile(r"\b(?:cpp11::|Rcpp::)?(?:stop|stopc|warning|warningc|conn_stop|abort)\s*\(")
_VALUE = re.compile(r"%[sdil]+")


def strings(source: str, path: str) -> Iterator[str]:
    """Every message of an R or C++ file."""
    comment = r"\#[^\n]*" if path.endswith(".R") else r"//[^\n]*|/\*.*?\*/"
    for text in messages(without_comments(source, _LITERAL, comment), _CALL, _LITERAL, _said):
        if " " in text:
            yield text


def _said(literal: str) -> str:
    return _VALUE.sub("{}", re.sub(r"\\(.)", r"\1", literal[1:-1]))
