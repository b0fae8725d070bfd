"""Reading one rule file strictly: every problem at once, each with its key and, where there is one, the near word."""

from __future__ import annotations

import codecs
import math
import re
from collections import deque
from collections.abc import Collection
from itertools import islice
from typing import Any

from pgwhy.error_text import without_escapes
from pgwhy.facts import Vocabulary
from pgwhy.rulebook.compiled import RuleError, RuleFile, RuleProblem
from pgwhy.rulebook.rule_check import SHOWN, Check, Problems
from pgwhy.rulebook.rule_lines import Lines

MOST_ITEMS = 500
"""Of a list or a table."""
DEEPEST = 8
"""Tables in tables: an example's list of records has 5."""


def read(file: RuleFile, vocabulary: Vocabulary, repairs: Collection[str] | None = None) -> dict[str, Any]:
    """What a rule file says, as TOML gives it, once it is known to be right. `RuleError` with what is not.

    What it may hold is bounded in every direction, so that a hostile file is refused as fast as a wrong one: its size
    (`RuleFile` is read with a bound), its nesting, numbers, keys, texts (`_form`), patterns (`pattern_bound`) and what
    its changes do (`allowance`). `repairs` are the names that `repair = ...` may have; `None`: any.
    """
    text = _text(file)
    data = _parsed(file, text)
    check = Check(vocabulary, repairs)
    # What has the wrong form is not looked into. A hostile file can have a mistake in every byte.
    found = list(islice(_form(data), RuleError.SHOWN)) or list(islice(check.rule(file.id, data), RuleError.SHOWN + 1))
    if found:
        where = Lines(text)
        raise RuleError([RuleProblem(file.path, key, says, where.line(key)) for key, says in found])
    return data


def _text(file: RuleFile) -> str:
    if file.content.startswith(codecs.BOM_UTF8):
        raise RuleError([RuleProblem(file.path, "", "begins with a byte order mark: save it as UTF-8 without one", 1)])
    try:
        return file.content.decode()
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        raise RuleError([RuleProblem(file.path, "", f"not UTF-8 at byte {error.start}", line)]) from None


def _parsed(file: RuleFile, text: str) -> dict[str, Any]:
    import tomllib  # the compiled form does without

    if deep := _DEEP_KEY.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise RuleError([RuleProblem(file.path, "", "a key has too many parts", line)])
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = int(found[1]) if (found := _AT_LINE.search(str(error))) else text.count("\n") + 1
        raise RuleError([RuleProblem(file.path, "", f"not TOML: {error}", line)]) from None
    except RecursionError:
        raise RuleError([RuleProblem(file.path, "", "has too many brackets inside each other")]) from None
    except ValueError:  # of an integer with thousands of digits
        raise RuleError([RuleProblem(file.path, "", "has a number that is too long")]) from None


# The reader of TOML needs a time that grows with the square of a key's parts.
_DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){12}""")
_AT_LINE = re.compile(r"at line (\d+)")


def _form(data: Any) -> Problems:
    """What no rule file holds, wherever it is in it. Nothing is looked into that is too deep."""
    waiting: deque[tuple[str, Any, int]] = deque([("", data, 0)])
    while waiting:
        key, value, depth = waiting.popleft()
        if depth > DEEPEST:
            yield key, "has too many tables inside each other"
        elif isinstance(value, (dict, list)):
            if len(value) > MOST_ITEMS:
                yield key, f"has {len(value)} entries; {MOST_ITEMS} are allowed"
                continue
            pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
            for number, (name, item) in enumerate(pairs, 1):
                if name is not None and without_escapes(name) != name:
                    yield key, f"a key has {_character(name)}"
                    continue
                whole = f"{key}[{number}]" if name is None else f"{key}.{name[:SHOWN]}" if key else name[:SHOWN]
                waiting.append((whole, item, depth + 1))
        elif isinstance(value, str) and without_escapes(value) != value:
            yield key, f"has {_character(value)}, which a page or a terminal would obey"
        elif isinstance(value, int) and abs(value) >= 2**63:
            yield key, "is a number that is too large"
        elif isinstance(value, float) and not math.isfinite(value):
            yield key, "is no number that can be compared"
        elif not isinstance(value, (str, int, float)):
            yield key, "is a date or a time, which no fact is"


def _character(text: str) -> str:
    found = next((c for c in text if without_escapes(c) != c), "\r")
    return f"the control or formatting character U+{ord(found):04X}"
