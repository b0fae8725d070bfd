"""What is wrong with a rule: every key, word, reference, change and pattern of it, each mistake with its key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pgwhy.causes import Cause, FixKind, Needs, Owner, Retry, Severity
from pgwhy.facts import Fact, Vocabulary, accepts
from pgwhy.progress import Stage
from pgwhy.rulebook import allowance, pattern_bound
from pgwhy.rulebook.conditions import WORDS, WRITTEN, Operator
from pgwhy.rulebook.patterns import branches
from pgwhy.rulebook.wording import placeholders
from pgwhy.terminal.spelling import did_you_mean

Problems = Iterator[tuple[str, str]]
"""Key and sentence."""

MOST = {"when": 50, "fix": 20, "example": 100}
"""So many parts of a kind a rule has at most."""
SHOWN = 60
"""So many characters of a wrong value are told."""

_RULE = {
    "title": str,
    "cause": str,
    "severity": str,
    "owner": str,
    "retry": str,
    "stage": str,
    "because": str,
    "words_because": str,
    "supersedes": list,
    "references": list,
    "when": list,
    "fix": dict,
    "example": list,
}
_NEEDED = ("title", "severity", "owner", "because", "when")
_CLOSED = {"cause": Cause, "severity": Severity, "owner": Owner, "retry": Retry, "stage": Stage}
_FIX = {
    "kind": str,
    "needs": str,
    "title": str,
    "steps": str,
    "caution": str,
    "for": dict,
    "change": dict,
    "expect": dict,
}
_CHANGE = {"set": dict, "remove": list, "add_option": str, "drop_option": str, "repair": str, "password": str}
_EXAMPLE = {"name": str, "expect": str, "given": dict}
_KINDS = {
    str: "a text",
    list: "a list",
    dict: "a table",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}
_BY_NAME = {"str": str, "bool": bool, "int": int, "float": float}


class Check:
    """The checks of one file. Each yields (key, sentence)."""

    def __init__(self, vocabulary: Vocabulary, repairs: Collection[str] | None) -> None:
        self.facts = vocabulary.facts
        self.repairs = repairs
        self.vocabulary = vocabulary
        self.steps = 0
        """What the patterns of the file cost so far."""

    def rule(self, id: str, data: Mapping[str, Any]) -> Problems:
        if not _ID.fullmatch(id):
            yield (
                "",
                "the path of a rule is its id, stage/name: small letters, digits, hyphens; at most 60 of them each",
            )
        yield from _table("", data, _RULE, _NEEDED)
        data = {key: value for key, value in data.items() if isinstance(value, _RULE.get(key, ()))}
        for key, words in _CLOSED.items():
            if key in data:
                yield from _closed(key, data[key], words)
        if data.get("severity") == "error" and "cause" not in data:
            yield "cause", "missing: only a warning or a note goes without"
        if "cause" not in data and "stage" not in data and id.partition("/")[0] not in set(Stage):
            yield "stage", "missing: neither a cause nor the folder says it"
        for key in ("title", "because", "words_because"):
            yield from self.text(key, data.get(key, ""))
        for key in ("supersedes", "references"):
            yield from _texts(key, data.get(key, []))
        for reference in data.get("references", []):
            if isinstance(reference, str) and not _REFERENCE.fullmatch(reference):
                yield "references", f"{_told(reference)} is no address of a page: https://..., without spaces"
        for key, most in MOST.items():
            if len(data.get(key, ())) > most:
                yield key, f"a rule has at most {most} of these"
                return
        for number, block in enumerate(data.get("when", []), 1):
            yield from self.block(f"when[{number}]", block)
        for name, fix in data.get("fix", {}).items():
            yield from self.fix(f"fix.{name}", fix)
        for number, example in enumerate(data.get("example", []), 1):
            yield from self.example(f"example[{number}]", example)
        if self.steps > pattern_bound.STEPS:
            yield (
                "",
                f"its patterns could need {self.steps} steps for each character of a text, and {pattern_bound.STEPS} "
                "are allowed: shorten their repetitions, or say contains = [...]",
            )

    def fix(self, key: str, data: Any) -> Problems:
        if not _NAME.fullmatch(key.removeprefix("fix.")):
            yield key, "the name of a fix has small letters, digits and hyphens, at most 60"
        yield from _table(key, data, _FIX, ("kind", "title"))
        if not isinstance(data, dict):
            return
        if isinstance(data.get("kind"), str):
            yield from _closed(f"{key}.kind", data["kind"], FixKind)
        if isinstance(data.get("needs"), str):
            yield from _closed(f"{key}.needs", data["needs"], Needs)
            if "change" in data:
                yield f"{key}.needs", "is for a fix that pgwhy cannot make, and this one has a change"
        for text in ("title", "steps", "caution"):
            yield from self.text(f"{key}.{text}", data.get(text, ""))
        for tests in ("for", "expect"):
            if tests in data:
                yield from self.block(f"{key}.{tests}", data[tests])
        if "change" in data:
            yield from self.change(f"{key}.change", data["change"])
        if ("change" in data) != ("expect" in data):
            has, lacks = ("change", "expect") if "change" in data else ("expect", "change")
            yield f"{key}.{lacks}", f"missing: a {has} is verified by both together"

    def change(self, key: str, data: Any) -> Problems:
        yield from _table(key, data, _CHANGE, ())
        if not isinstance(data, dict):
            return
        if not data:
            yield key, "changes nothing"
        settings = data.get("set", {})
        for name, value in settings.items() if isinstance(settings, dict) else ():
            if isinstance(value, str):
                yield from self.text(f"{key}.set.{name}", value)
            else:
                yield f"{key}.set.{name}", "is written as a text, as in a connection string"
                settings = None
        yield from _texts(f"{key}.remove", data.get("remove", []))
        if (
            settings is not None
            and _has_types(data, _CHANGE)
            and all(isinstance(n, str) for n in data.get("remove", ()))
        ):
            for part, says in allowance.faults(data, self.repairs):
                yield f"{key}.{part}", says + self.meant(data, part)

    def meant(self, change: Mapping[str, Any], part: str) -> str:
        if part == "repair":
            return did_you_mean(change["repair"], self.repairs or ())
        name = part.removeprefix("set.")
        return did_you_mean(name, allowance.SET) if name != part and name not in allowance.SET else ""

    def example(self, key: str, data: Any) -> Problems:
        yield from _table(key, data, _EXAMPLE, ("name", "given"))
        if not isinstance(data, dict):
            return
        if isinstance(data.get("expect"), str) and data["expect"] not in WORDS:
            yield f"{key}.expect", f"is one of {', '.join(WORDS)}"
        for path, fact, value in self.lines(data.get("given")):
            where = f"{key}.given.{path}"
            if fact is None:
                yield where, f"no such fact{did_you_mean(path, self.facts)}"
            elif fact.kind.startswith("list of "):
                if not isinstance(value, list):
                    yield where, "is a list"
                elif fact.kind == "list of records":
                    if not accepts(self.vocabulary, path, value):
                        yield where, "has records that are not like those of this fact"
                else:
                    for item in value:
                        yield from _fits(where, item, fact)
            else:
                yield from _fits(where, value, fact)

    def block(self, key: str, data: Any) -> Problems:
        if not isinstance(data, dict) or not data:
            yield key, "is a table of tests: record.fact = test"
            return
        for path, fact, written in self.lines(data):
            where = f"{key}.{path}"
            if fact is None:
                yield where, f"no such fact{did_you_mean(path, self.facts)}"
            elif fact.kind == "list of records":
                yield where, "is a list of records, of which no test can be made: ask a derived fact"
            elif isinstance(written, dict):
                if not written:
                    yield where, "no test"
                for operator, operand in written.items():
                    if operator in WRITTEN:
                        yield from self.test(where, fact, Operator(operator), operand)
                    else:
                        yield where, f'no test is called "{operator}"{did_you_mean(operator, WRITTEN)}'
            else:
                operator = Operator.ONE_OF if isinstance(written, list) else Operator.EQUALS
                yield from self.test(where, fact, operator, written)

    def test(self, key: str, fact: Fact, operator: Operator, operand: Any) -> Problems:
        items = operand if isinstance(operand, list) else [operand]
        is_list, is_text = fact.kind.startswith("list of "), fact.kind == "str"
        if not items:
            yield key, "an empty list of values never holds"
        if operator in (Operator.EQUALS, Operator.ONE_OF, Operator.NOT):
            if is_list:
                yield key, "is a list: use contains, contains_all, lacks or empty"
            else:
                for item in items:
                    yield from _fits(key, item, fact)
        elif operator in (Operator.CONTAINS, Operator.CONTAINS_ALL, Operator.LACKS):
            if is_list:
                for item in items:
                    yield from _fits(key, item, fact)
            elif not is_text:
                yield key, f"{operator.value} is for texts and lists, and this is {_KINDS[_BY_NAME[fact.kind]]}"
            elif fact.choices:
                yield key, f"is one word of {', '.join(fact.choices)}: write the word, or a list of words"
            elif not all(isinstance(item, str) and item.strip() for item in items):
                yield key, "looks for texts that are not empty"
        elif operator is Operator.MATCHES:
            if not is_text or fact.choices:
                yield key, "matches is for open texts"
            else:
                yield from self.pattern(key, operand)
        elif operator is Operator.EMPTY:
            if not (is_text or is_list) or not isinstance(operand, bool):
                yield key, "empty = true or false, and is for texts and lists"
        elif fact.kind not in ("int", "float") or isinstance(operand, bool) or not isinstance(operand, (int, float)):
            yield key, f"{operator.value} compares numbers"

    def pattern(self, key: str, pattern: Any) -> Problems:
        if not isinstance(pattern, str):
            yield key, "is a regular expression in a text"
            return
        try:
            whole = pattern_bound.cost(pattern)
            # Searched is each alternative for itself.
            self.steps += max(whole, sum(map(pattern_bound.cost, branches(pattern))))
        except pattern_bound.Refused as refused:
            yield key, str(refused)

    def text(self, key: str, text: Any) -> Problems:
        for path in placeholders(text) if isinstance(text, str) else ():
            if path not in self.facts:
                yield key, f'"{{{path}}}" is no fact{did_you_mean(path, self.facts)}'

    def lines(self, data: Any) -> Iterator[tuple[str, Fact | None, Any]]:
        for record, facts in data.items() if isinstance(data, dict) else ():
            if isinstance(facts, dict):
                for name, value in facts.items():
                    yield f"{record}.{name}", self.facts.get(f"{record}.{name}"), value
            else:
                yield record, None, facts


def _table(key: str, data: Any, known: Mapping[str, type], needed: Iterable[str]) -> Problems:
    if not isinstance(data, dict):
        yield key, "is a table"
        return
    at = f"{key}." if key else ""
    for name, value in data.items():
        if name not in known:
            yield f"{at}{name}", f"unknown key{did_you_mean(name, known)}"
        elif not isinstance(value, known[name]):
            yield f"{at}{name}", f"is {_KINDS[known[name]]}"
        elif value == "" or (name == "when" and not value):
            yield f"{at}{name}", "is empty"
    for name in needed:
        if name not in data:
            yield f"{at}{name}", "missing"


def _closed(key: str, word: str, words: Iterable[str]) -> Problems:
    if word not in list(words):
        yield key, f'"{word[:SHOWN]}" is not among {", ".join(words)}{did_you_mean(word, words)}'


def _texts(key: str, items: Any) -> Problems:
    if isinstance(items, list) and not all(isinstance(item, str) and item for item in items):
        yield key, "is a list of texts"


def _fits(key: str, value: Any, fact: Fact) -> Problems:
    kind = _BY_NAME[fact.kind.removeprefix("list of ")]
    fitting: tuple[type, ...] = (int, float) if kind is float else (kind,)
    if not isinstance(value, fitting) or (isinstance(value, bool) and kind is not bool):
        yield key, f"is {_KINDS[kind]}, and {_told(value)} is not"
    elif fact.choices:
        yield from _closed(key, str(value), fact.choices)


def _told(value: object) -> str:
    """A wrong value, as far as it helps to find it."""
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


def _has_types(data: Mapping[str, Any], known: Mapping[str, type]) -> bool:
    return all(name in known and isinstance(value, known[name]) for name, value in data.items())


_ID = re.compile(r"[a-z0-9-]{1,60}(?:/[a-z0-9-]{1,60})?")
_NAME = re.compile(r"[a-z0-9-]{1,60}")
# Nothing that could end a link or begin an element in HTML, Markdown or a terminal.
_REFERENCE = re.compile(r"https?://[A-Za-z0-9\[][^\s<>\"'`\\^{|}]{2,500}")
