"""JSON that somebody else wrote: read with a bound on everything, and without what a terminal or a page would obey."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pgwhy.error_text import without_escapes
from pgwhy.foreign import files
from pgwhy.shipped.regex import lazy

LIMIT = 8_000_000
"""Characters of a document; a report has about 20,000, and a million with the longest error text that is kept."""
MOST_VALUES = 500_000
"""Of 8 MB of brackets Python would make 500 MB of lists."""
DEEPEST = 40
"""Levels of lists and objects in each other; a report has ten."""
LONGEST = 250_000
"""Characters of a text; an error text is cut to 200,000."""
LARGEST = 2**64
"""The amount of a number: ids of other systems are as large."""
WHOLE = "the document"
"""The path of the whole."""


class Unfit(ValueError):
    """The text is not JSON, or has more in it than is read. The message is a sentence about `it`."""


def read(text: str, longest: int = LONGEST) -> Any:
    """The data, texts in it cleaned, keys included. Raises `Unfit`; also where a text has more than `longest`."""
    if len(text) > LIMIT or sum(map(text.count, ",[{")) > MOST_VALUES:
        raise Unfit(f"it has more than {files.size(LIMIT)}, or more than {MOST_VALUES:,} values")
    try:
        data = json.loads(text.lstrip("\ufeff"), parse_constant=_refuse)
    except json.JSONDecodeError as problem:
        raise Unfit(f"it is not JSON (line {problem.lineno}, column {problem.colno})") from None
    except (ValueError, RecursionError):  # a number of 5,000 digits, NaN, 100,000 brackets
        raise Unfit("it is not JSON that can be read") from None
    return _plain(data, WHOLE, 0, longest)


def inside(path: str, key: str) -> str:
    """The path of a key: `findings[0].title`, and `title` for what is at the top."""
    name = key if key.isprintable() and len(key) <= _SHOWN else short(key)
    return name if path == WHOLE else f"{path[-_SHOWN * 5 :]}.{name}"


def short(text: str) -> str:
    """A text in quotes, as a sentence can hold it."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


_SHOWN = 60
_HALF = lazy("[\ud800-\udfff]")
"""Half a character, which no file can hold."""


def _refuse(name: str) -> None:
    """NaN and Infinity are not JSON (RFC 8259, section 6), although Python writes and reads them."""
    raise ValueError(name)


def _plain(value: Any, path: str, depth: int, longest: int) -> Any:
    if isinstance(value, str):
        return _clean(value, path, longest)
    if isinstance(value, (dict, list)) and depth > DEEPEST:
        raise Unfit(f"it is nested more than {DEEPEST} levels deep")
    if isinstance(value, Mapping):
        items = ((_clean(key, path, longest), each) for key, each in value.items())
        return {key: _plain(each, inside(path, key), depth + 1, longest) for key, each in items}
    if isinstance(value, list):
        return [_plain(each, f"{path}[{number}]", depth + 1, longest) for number, each in enumerate(value)]
    if isinstance(value, (int, float)) and not abs(value) <= LARGEST:  # NaN is not less than anything
        raise Unfit(f"it has a number that is too large at {path}")
    return value


def _clean(text: str, path: str, longest: int) -> str:
    if len(text) > longest:
        raise Unfit(f"it has a text of more than {longest:,} characters at {path}")
    return text if text.isprintable() else _HALF.sub("\ufffd", without_escapes(text))
