"""What the pages of causes and rules tell: from the rulebook, the manual and the catalogue of messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pgwhy.causes import Cause
from pgwhy.error_text.catalogue import catalogue
from pgwhy.error_text.message import Message
from pgwhy.manual import topics
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.conditions import Answer, Operator
from pgwhy.rulebook.rule import Rule

MOST_TEXTS, LONGEST_TEXT = 40, 600
"""Of one page; characters of one text."""
_SAYS = "error.says"


@dataclass(frozen=True)
class Printed:
    """A message as a program has it, with a name in braces for each value."""

    program: str
    text: str


@dataclass(frozen=True)
class RulePage:
    """One rule."""

    manual: topics.Page
    codes: tuple[str, ...]
    examples: tuple[str, ...]
    """Whole texts by which it was recognised, with made-up names."""
    messages: tuple[Printed, ...]
    more: int
    """How many other messages there are."""

    @property
    def rule(self) -> Rule:
        return self.manual.rule

    @property
    def url(self) -> str:
        return rule_url(self.rule)


@dataclass(frozen=True)
class CausePage:
    """One cause, with the rules that find it, the general case first."""

    cause: Cause
    rules: tuple[RulePage, ...]

    @property
    def url(self) -> str:
        return cause_url(self.cause)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts it is known by: of each rule the first ones, until there are enough."""
        columns = [page.examples for page in self.rules]
        turns = (column[row] for row in range(MOST_TEXTS) for column in columns if row < len(column))
        return tuple(dict.fromkeys(turns))[:MOST_TEXTS]


def rule_url(rule: Rule) -> str:
    """From the top of the site."""
    return f"rules/{rule.id}.html"


def cause_url(cause: Cause) -> str:
    """From the top of the site."""
    return f"causes/{cause.value}.html"


def rule_pages(rulebook: Rulebook) -> list[RulePage]:
    """Every rule, in the order of the rulebook."""
    by_rule: dict[str, list[str]] = {}
    for code, rules in topics.codes(rulebook).items():
        for rule in rules:
            by_rule.setdefault(rule.id, []).append(code)
    said = _by_what_they_say()
    return [_rule_page(rule, tuple(by_rule.get(rule.id, ())), said) for rule in rulebook]


def cause_pages(rulebook: Rulebook, pages: Iterable[RulePage]) -> list[CausePage]:
    """Every cause that a rule finds, in the order of the stages."""
    known = {page.rule.id: page for page in pages}
    found = []
    for cause in Cause:
        topic = topics.topic(cause.value, rulebook)
        if topic is not None and topic.rules:
            found.append(CausePage(cause, tuple(known[rule.id] for rule in topic.rules)))
    return found


def _rule_page(rule: Rule, codes: tuple[str, ...], said: dict[str, list[Message]]) -> RulePage:
    messages = tuple(dict.fromkeys(Printed(m.program, m.text) for word in _asked(rule) for m in said.get(word, ())))
    return RulePage(
        topics.page(rule), codes, tuple(_examples(rule)), messages[:MOST_TEXTS], max(0, len(messages) - MOST_TEXTS)
    )


def _examples(rule: Rule) -> Iterator[str]:
    told: dict[str, None] = {}
    for example in rule.examples:
        text = str(example.given.get("error", {}).get("message", "")).strip()
        if example.expect is Answer.YES and text:
            told[text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} ..."] = None
    yield from list(told)[:MOST_TEXTS]


def _asked(rule: Rule) -> Iterator[str]:
    """What a text has to say for this rule, in the words of the catalogue."""
    for block in rule.when:
        for test in block.tests:
            if test.path == _SAYS and test.operator in (Operator.EQUALS, Operator.ONE_OF):
                yield from map(str, test.items)


def _by_what_they_say() -> dict[str, list[Message]]:
    said: dict[str, list[Message]] = {}
    for message in catalogue():
        said.setdefault(str(message.says), []).append(message)
    return said
