"""The manual: what is known of a rule, a cause or a code without any run, in the words of the rules themselves.

A page is a value; `report.manual` lays it out for a terminal and `handbook` writes it as Markdown. Which rules speak of
a code (`28P01`, `P1001`, `ECONNREFUSED`) is read from what they ask for: there is no second table to keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pgwhy import error_text
from pgwhy.causes import Cause, FixKind, Severity
from pgwhy.error_text.codes import codes as in_text
from pgwhy.facts import Observations
from pgwhy.progress import Stage
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.conditions import Answer, Operator, Test
from pgwhy.rulebook.rule import Rule, RuleFix
from pgwhy.rulebook.wording import placeholders, unworded, word
from pgwhy.values import dataclass


@dataclass(frozen=True)
class FixText:
    """A fix as anybody may read it."""

    title: str
    kind: FixKind
    steps: str
    """As `wording.word` gives texts: a line is a paragraph, an item or, behind four spaces, a command."""
    caution: str


@dataclass(frozen=True)
class Page:
    """The manual page of one rule."""

    rule: Rule
    title: str
    because: str
    conditions: tuple[tuple[str, ...], ...]
    """One tuple a block; the rule holds where all of one block hold."""
    fixes: tuple[FixText, ...]


@dataclass(frozen=True)
class Topic:
    """What a name stands for, and the rules that speak of it, the general case first."""

    name: str
    stage: Stage | None
    meaning: str
    """A sentence or two; empty where the name is a rule's."""
    rules: tuple[Rule, ...]


def topic(name: str, rulebook: Rulebook) -> Topic | None:
    """A rule by its id or the last part of it, a cause, or a code that rules ask for; `None`: none of these."""
    if name in rulebook:
        return Topic(name, None, "", (rulebook[name],))
    if name in set(Cause):
        about = Cause(name).about
        return Topic(name, about.stage, about.meaning, _general_first(r for r in rulebook if r.cause == name))
    if by_last := [rule for rule in rulebook if rule.id.rpartition("/")[2] == name]:
        return Topic(name, None, "", _general_first(by_last))
    code = name.upper()
    if speaking := codes(rulebook).get(code) or _holding(code, rulebook):
        return Topic(code, None, f"An error text with {code} in it may mean:", _general_first(speaking))
    return None


def near(name: str, rulebook: Rulebook) -> str:
    """`; did you mean sni-missing?` for a name that is spelt almost like a rule or a cause, or nothing."""
    from pgwhy.terminal.spelling import SURE, nearest

    known = [*Cause, *(rule.id for rule in rulebook), *(rule.id.rpartition("/")[2] for rule in rulebook)]
    found = nearest(name, known, SURE)
    return f"; did you mean {found}?" if found else ""


def page(rule: Rule) -> Page:
    """The page of a rule. Sentences that speak of what only a run could see are left out of its texts."""
    # What is said in words of a certain client is also there for every client.
    told = (fix for fix in rule.fixes if "{client." not in fix.title)
    return Page(
        rule=rule,
        title=title(rule.title),
        because=_text(rule.because),
        conditions=tuple(tuple(condition(test) for test in block.tests) for block in rule.when),
        fixes=tuple(_fix(fix) for fix in sorted(told, key=lambda fix: _KINDS.index(fix.kind))),
    )


def title(text: str) -> str:
    """A title without a run: each fact by a name in angle brackets."""
    for path in placeholders(text):
        if path in _NAMES:
            text = text.replace(f"{{{path}}}", f"<{_NAMES[path]}>")
    return unworded(text)


def condition(test: Test) -> str:
    """A test in words: `tls.sni_sent is false`, `error.message contains "a" or "b"`."""
    if test.operator is Operator.EMPTY:
        return f"{test.path} is {'empty' if test.operand else 'not empty'}"
    operand = _BETWEEN.get(test.operator, " or ").join(value(item) for item in test.items)
    return f"{test.path} {_WORDS[test.operator]} {operand}"


def value(fact: object) -> str:
    """A fact's value as rules write it: texts in quotes, `true`, `false`; lists in brackets."""
    if isinstance(fact, bool):
        return str(fact).lower()
    if isinstance(fact, (list, tuple)):
        return f"[{', '.join(map(value, fact))}]"
    return f'"{fact}"' if isinstance(fact, str) else str(fact)


def codes(rulebook: Rulebook) -> dict[str, list[Rule]]:
    """Code → the rules that ask for it, or that hold for an example with it, in the order of the codes."""
    found: dict[str, list[Rule]] = {}
    for rule in rulebook:
        asked = (code for block in rule.when for test in block.tests for code in _asked(test))
        for code in dict.fromkeys((*asked, *_in_examples(rule))):
            found.setdefault(code, []).append(rule)
    return dict(sorted(found.items()))


def _in_examples(rule: Rule) -> Iterator[str]:
    """A text that says yes by its words has its code beside them, and a person may have nothing but the code."""
    for example in rule.examples:
        if example.expect is Answer.YES and (text := example.given["error"].get("message")):
            yield from (code for code in in_text(str(text)) if _CODE.fullmatch(code))


def _holding(code: str, rulebook: Rulebook) -> list[Rule]:
    """The rules that hold for a text with nothing but this SQLSTATE."""
    if not re.fullmatch(r"[0-9A-Z]{5}", code):
        return []
    text = error_text.clean(f"SQLSTATE {code}", error_text.Origin.REPORTED, alone=True)
    return [held.rule for held in rulebook.matches(Observations({error_text.ErrorText.name: text}))]


def _asked(test: Test) -> Iterator[str]:
    """The codes that a test asks for. In a message only what looks like one counts."""
    if test.operator in (Operator.NOT, Operator.LACKS, Operator.EMPTY):
        return
    if test.path in ("error.codes", "error.sqlstate") and test.operator is not Operator.MATCHES:
        yield from (str(item) for item in test.items)
    elif test.path in ("error.codes", "error.sqlstate", "error.message"):
        for item in test.items:
            yield from _CODE.findall(_ESCAPED.sub(" ", str(item)))


def _general_first(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Errors before notes; a rule that others of the same cause supersede is the general case of them."""
    rules = list(rules)
    superseded = [other for rule in rules for other in rule.supersedes]
    return tuple(sorted(rules, key=lambda rule: (_SEVERITIES.index(rule.severity), -superseded.count(rule.id))))


def _fix(fix: RuleFix) -> FixText:
    return FixText(title(fix.title), fix.kind, _text(fix.steps), _text(fix.caution))


def _text(text: str) -> str:
    return word(text, Observations({}))


_KINDS = list(FixKind)
_SEVERITIES = list(Severity)
_WORDS = {
    Operator.EQUALS: "is",
    Operator.ONE_OF: "is",
    Operator.CONTAINS: "contains",
    Operator.CONTAINS_ALL: "contains",
    Operator.LACKS: "does not contain",
    Operator.MATCHES: "matches",
    Operator.NOT: "is not",
    Operator.ABOVE: "is above",
    Operator.BELOW: "is below",
}
_BETWEEN = {Operator.CONTAINS_ALL: " and ", Operator.LACKS: ", nor "}
_NAMES = {
    "settings.first_unknown_parameter": "setting",
    "settings.nearest_parameter": "right name",
    "settings.invalid_value": "value",
    "settings.valid_value": "mode",
    "settings.passfile_ignored": "file",
    "session.round_trip_ms": "n",
    "session.ignored_parameters": "settings",
    "settings.foreign_parameters": "settings",
    "target.other_candidates": "variables",
}
"""Facts whose own names say little to a reader."""
_ESCAPED = re.compile(r"\\[a-zA-Z]")
# Prisma's, errno's and getaddrinfo's names, Node's and OpenSSL's (CERT_HAS_EXPIRED), SQLSTATEs.
_CODE = re.compile(
    r"\b(?!ERROR\b)(?:P\d{4}|EAI_[A-Z]+|E[A-Z0-9]{4,}|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|(?=[A-Z]*\d)(?=\d*[A-Z])[0-9A-Z]{5})\b"
)
