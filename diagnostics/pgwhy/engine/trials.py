"""What the fixes of rules that are not built in would try, said before anything is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pgwhy.causes import Severity
from pgwhy.facts import Observations
from pgwhy.rulebook.allowance import refusal
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.conditions import Answer, FactCache, any_of
from pgwhy.rulebook.rule import Rule, RuleFix
from pgwhy.rulebook.wording import exactly, word
from pgwhy.shipped import is_built_in


def trials(rulebook: Rulebook, known: Observations, *, login: bool) -> Iterator[str]:
    """A line for each change that could be tried, as far as what is known before a run does not exclude it.

    The built-in fixes are left out: what they open is what a plan says anyway. `login`: the run may log in.
    """
    facts = FactCache(known)
    for rule in rulebook:
        if rule.severity is not Severity.ERROR or is_built_in(rule.path):
            continue
        if any_of(rule.when, facts) is not Answer.NO:
            for fix in rule.fixes:
                if fix.change is not None and not _excluded(fix, facts, known):
                    yield _line(rule, fix, fix.change, known, login=login)


def _line(rule: Rule, fix: RuleFix, change: Mapping[str, Any], known: Observations, *, login: bool) -> str:
    again = "and log in again" if login else "and send the start-up message again"
    return f"if {rule.id} holds, try its fix {fix.id}: {', '.join(_in_words(change, known))}, {again}"


def _excluded(fix: RuleFix, facts: FactCache, known: Observations) -> bool:
    """It is for other clients or targets, or what it would set here is not allowed."""
    if fix.applies is not None and fix.applies.answer(facts) is Answer.NO:
        return True
    filled = _filled(fix.change or {}, known)
    return filled is not None and refusal(filled, known.get("target.sslmode")) != ""


def _filled(change: Mapping[str, Any], known: Observations) -> dict[str, Any] | None:
    """The change with its facts; `None` where one is not known yet."""
    plain: dict[str, Any] = {}
    for key, value in change.items():
        if isinstance(value, str):
            plain[key] = exactly(value, known)
        elif isinstance(value, Mapping):
            plain[key] = {name: exactly(text, known) for name, text in value.items()}
        else:
            plain[key] = [exactly(text, known) for text in value]
        parts = plain[key].values() if isinstance(plain[key], dict) else plain[key]
        if plain[key] is None or (not isinstance(plain[key], str) and None in parts):
            return None
    return plain


def _in_words(change: Mapping[str, Any], known: Observations) -> Iterator[str]:
    for name, value in change.get("set", {}).items():
        yield f"set {name} to {word(value, known)}"
    for name in change.get("remove", ()):
        yield f"remove {word(name, known)}"
    for key, text in _SAID.items():
        if key in change:
            yield text.format(word(change[key], known))


_SAID = {
    "drop_option": "drop {} from options",
    "add_option": "add {} to options",
    "repair": "repair the connection string ({})",
    "password": "write the password in another form ({})",
}
