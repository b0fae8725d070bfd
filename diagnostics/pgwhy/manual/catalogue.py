"""The catalogue of the rules for a terminal: by stage and cause, each with its title."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pgwhy.causes import Severity
from pgwhy.manual import topics
from pgwhy.progress import Stage
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.rule import Rule
from pgwhy.terminal.width import columns, wrap

WIDEST = 120
"""Longer lines are hard to read."""
_ID_COLUMNS = 30
_WITHOUT_CAUSE = "no failure of its own"


def page(rulebook: Rulebook, width: int, stage: Stage | None = None) -> str:
    """Every rule, or those of one stage, in the order in which a client passes the stages."""
    width = min(width, WIDEST)
    lines = [f"{len(rulebook)} rules. One in full: pgwhy rules ID (or a cause, or a code such as 28P01)"]
    for each in [stage] if stage else Stage:
        if rules := [rule for rule in rulebook if rule.stage is each]:
            lines += ["", each.value, *_stage(rules, width)]
    return "\n".join(lines) + "\n"


def lines(rulebook: Rulebook, stage: Stage | None = None) -> str:
    """One line a rule, for grep: its id, severity, cause and title."""
    rules = [rule for rule in rulebook if stage in (None, rule.stage)]
    width = max((len(rule.id) for rule in rules), default=0)
    return "".join(f"{r.id:<{width}}  {r.severity:<7}  {r.cause or '-':<28}  {topics.title(r.title)}\n" for r in rules)


def _stage(rules: Iterable[Rule], width: int) -> Iterator[str]:
    by_cause: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.cause is None, rule.cause or "", rule.id)):
        by_cause.setdefault(rule.cause or _WITHOUT_CAUSE, []).append(rule)
    for cause, same in by_cause.items():
        yield f"  {cause}"
        for rule in same:
            yield from _rule(rule, width)


def _rule(rule: Rule, width: int) -> Iterator[str]:
    title = topics.title(rule.title) + ("" if rule.severity is Severity.ERROR else f" ({rule.severity})")
    first, rest = f"    {rule.id}  ", " " * (4 + _ID_COLUMNS + 2)
    if columns(first) > len(rest):
        yield first.rstrip()
        first = rest
    yield from wrap(title, width, f"{first:<{len(rest)}}", rest)
