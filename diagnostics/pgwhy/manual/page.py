"""The manual page of a rule, a cause or a code, laid out for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.finding import FixKind
from pgwhy.manual import topics
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.rule import Rule
from pgwhy.terminal.width import wrap

WIDEST = 100
"""Longer lines are hard to read."""


def page(name: str, rulebook: Rulebook, width: int) -> str | None:
    """The page of a rule, a cause or a code; `None` where the name is neither."""
    topic = topics.topic(name, rulebook)
    return None if topic is None else "\n".join(_lines(topic, min(width, WIDEST))) + "\n"


def _lines(topic: topics.Topic, width: int) -> Iterator[str]:
    if topic.meaning:
        yield topic.name + (f" (stage: {topic.stage})" if topic.stage else "")
        yield from wrap(topic.meaning, width, "  ")
        if topic.stage and len(topic.rules) > 1:
            yield from wrap(f"{len(topic.rules)} problems end like this; pgwhy tells which one it is.", width, "  ")
        yield ""
    if len(topic.rules) > MANY:
        yield from _list(topic.rules, width)
        yield ""
        yield "Each in full: pgwhy rules ID"
    else:
        for number, rule in enumerate(topic.rules):
            yield from _rule(topics.page(rule), width, conditions=len(topic.rules) == 1)
            if number < len(topic.rules) - 1:
                yield ""
    yield ""
    yield "To have a connection looked at, and the fixes tried:"
    yield "  pgwhy env:DATABASE_URL --error '<what it printed>'"


MANY = 12
"""Above this, the rules of a name are listed and not shown in full."""


def _list(rules: tuple[Rule, ...], width: int) -> Iterator[str]:
    for rule in rules:
        yield f"  {rule.id}"
        yield from wrap(topics.title(rule.title), width, " " * 6)


def _rule(page: topics.Page, width: int, conditions: bool) -> Iterator[str]:
    rule = page.rule
    yield from wrap(page.title, width)
    about = f"{rule.id}, {rule.severity}; who acts: {rule.owner}; waiting helps: {rule.retry}"
    yield from wrap(f"{about}; cause: {rule.cause}" if conditions and rule.cause else about, width, "  ")
    yield ""
    yield from _paragraph(page.because, width, "  ")
    for number, fix in enumerate(page.fixes, 1):
        kind = "" if fix.kind is FixKind.REPAIR else f" ({fix.kind})"
        yield ""
        yield from wrap(f"{fix.title}{kind}", width, f"  Fix {number}  ", " " * 9)
        yield from _paragraph(fix.steps, width, " " * 9)
        if fix.caution:
            yield from _paragraph(f"Caution: {fix.caution}", width, " " * 9)
    if conditions:
        yield from _conditions(page, width)
    if rule.references:
        yield ""
    yield from (f"  {url}" for url in rule.references)


def _conditions(page: topics.Page, width: int) -> Iterator[str]:
    yield ""
    yield "  It holds where" + (" any of these holds:" if len(page.conditions) > 1 else ":")
    for block in page.conditions:
        for number, condition in enumerate(block):
            yield from wrap(condition, width, "  - " if number == 0 else "    ", " " * 8)


def _paragraph(text: str, width: int, indent: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.startswith(" " * 4):
            yield f"{indent}{line}"
        else:
            yield from wrap(line, width, indent)
