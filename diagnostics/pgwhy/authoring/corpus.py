"""How well the rules read a corpus of real error texts, and which rules rest on a single text of it.

A corpus is JSON Lines outside the product: `id`, `text`, `cause`, and `accept`, other causes that are right as well.
Strict counts the first cause, lenient also an accepted one; a text that is no connection problem and gets another cause
is a false alarm. A rule that only one text of the corpus asks for may know that text and nothing else, so its words are
shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Any

from pgwhy.causes import Cause, Severity
from pgwhy.engine.conclusion import conclude
from pgwhy.engine.reports import observations_of_text
from pgwhy.redaction import Redactor
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.match import Match
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Wrong:
    """A text that got no accepted cause."""

    id: str
    expected: str
    cause: str | None
    rule: str | None


@dataclass
class Score:
    """What came out."""

    texts: int = 0
    strict: int = 0
    lenient: int = 0
    no_problem: int = 0
    """Texts that are no connection problem."""
    false_alarms: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)
    """Rule → the texts for which it is told first."""
    alone: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Rule → the texts (with the words it went by) for which no other rule that holds names a right cause."""


def score(lines: Iterable[str], rulebook: Rulebook) -> Score:
    """Read a corpus. Raises `ValueError` where a line is none of it."""
    found = Score()
    for line in filter(str.strip, lines):
        _count(json.loads(line), rulebook, found)
    return found


def _count(case: dict[str, Any], rulebook: Rulebook, found: Score) -> None:
    concluded = conclude(observations_of_text(case["text"], Redactor()), rulebook)
    given, right = concluded.decision, {case["cause"], *case.get("accept", ())}
    no_problem = case["cause"] == Cause.NOT_A_CONNECTION_PROBLEM
    found.texts += 1
    found.strict += given.cause == case["cause"]
    found.lenient += given.cause in right
    found.no_problem += no_problem
    found.false_alarms += no_problem and given.cause not in (None, *right)
    if given.cause not in right:
        found.wrong.append(Wrong(case["id"], case["cause"], given.cause, given.rule))
    if given.rule is None:
        return
    found.first[given.rule] = found.first.get(given.rule, 0) + 1
    holding = [held for held in concluded.matches if held.rule.severity is Severity.ERROR]
    if given.cause in right and not any(h.rule.cause in right for h in holding if h.rule.id != given.rule):
        first = next(held for held in holding if held.rule.id == given.rule)
        found.alone.setdefault(given.rule, []).append((case["id"], _words(first)))


def page(found: Score) -> Iterator[str]:
    """The score, each text that went wrong, and each rule with the texts that rest on it alone."""
    yield f"{found.texts} texts"
    yield f"  strict        {_share(found.strict, found.texts)}"
    yield f"  lenient       {_share(found.lenient, found.texts)}"
    yield f"  false alarms  {found.false_alarms} of {found.no_problem}"
    yield ""
    yield "Not as expected:"
    for each in found.wrong:
        yield f"  {each.id}  {each.expected}: said {each.cause or 'nothing'}" + (f" ({each.rule})" if each.rule else "")
    yield ""
    yield "Rule, for how many texts it is told first, and how many rest on it alone:"
    width = max(map(len, found.first), default=0)
    for rule, many in sorted(found.first.items(), key=lambda each: (-each[1], each[0])):
        alone = found.alone.get(rule, [])
        only = f"   {alone[0][0]} by {alone[0][1]}" if len(alone) == 1 else ""
        yield f"  {rule:<{width}}  {many:>3}  {len(alone):>3}{only}"


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)" if whole else "0"


def _words(held: Match) -> str:
    return ", ".join(f'"{word}"' for word in held.words) or "facts alone"
