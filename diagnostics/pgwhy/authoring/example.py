"""A saved report as an `[[example]]` of a rule: the facts that the rule asks for, with made-up names. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from pgwhy.facts import Observations, Record, Value, fact_names, to_plain
from pgwhy.finding import Report
from pgwhy.redaction.made_up import Pseudonyms
from pgwhy.rulebook.conditions import WORDS, FactCache, any_of
from pgwhy.rulebook.rule import Rule


def written(report: Report, rule: Rule | None) -> str:
    """The example as it goes into the rule's file. `None`: the rule is still to be written, so every fact is there."""
    seen = report.observations
    names = Pseudonyms(seen)
    paths = _asked(rule) if rule else list(_everything(seen))
    about = f"of {rule.id}" if rule else "of a rule to come: delete the facts that it does not ask for"
    lines = [f"# {about}", "[[example]]", f"name = {_toml(_title(report))}"]
    if rule is not None:
        answer = any_of(rule.when, FactCache(seen))
        word = next(word for word, each in WORDS.items() if each is answer)
        lines += [] if word == "yes" else [f'expect = "{word}"']
    lines.append("[example.given]")
    for path in paths:
        value = to_plain(seen.get(path))
        if value is not None and not _is_of_records(value):
            lines.append(f"{path} = {_toml(_made_up(value, names))}")
    return "\n".join(lines) + "\n"


def _asked(rule: Rule) -> list[str]:
    return list(dict.fromkeys(test.path for block in rule.when for test in block.tests))


def _everything(seen: Observations) -> Iterator[str]:
    """What was seen, without times and without what says nothing."""
    for name, record in seen.records.items():
        for fact in _plain_names(record):
            if not _TIME.search(fact) and seen.get(f"{name}.{fact}") not in (None, "", ()):
                yield f"{name}.{fact}"


def _plain_names(record: Record) -> Iterable[str]:
    return (name for name in fact_names(type(record)) if not name.endswith("_source"))


def _title(report: Report) -> str:
    client = str(report.observations.get("client.title") or "").strip()
    return f"{client or 'a client'}, {report.started_at[:10]}"


def _is_of_records(value: Value) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _made_up(value: Value, names: Pseudonyms) -> Value:
    if isinstance(value, str):
        return names.said(value)
    return [_made_up(item, names) for item in value] if isinstance(value, list) else value


def _toml(value: Value) -> str:
    """A value as TOML writes it, which is as JSON does for all that a fact can be."""
    return json.dumps(value, ensure_ascii=False)


_TIME = re.compile(r"_(?:ms|s)$|^local$")
