"""One file of an archive: a saved report, a ticket or an error text, and its cause by today's rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pgwhy import __version__
from pgwhy.causes import Cause
from pgwhy.engine.conclusion import conclude
from pgwhy.engine.reports import observations_of_text, of_saved
from pgwhy.engine.verdict import Decision
from pgwhy.finding import SCHEMA, Status
from pgwhy.foreign import files
from pgwhy.probes import VOCABULARY
from pgwhy.progress import Stage
from pgwhy.redaction import Redactor
from pgwhy.report import saved
from pgwhy.report.document import NotAReport
from pgwhy.rulebook.book import Rulebook
from pgwhy.shipped.regex import lazy
from pgwhy.values import dataclass

NO_CAUSE, SKIPPED = "cause not found", "not read"
NOTHING = Decision(Status.UNKNOWN, None, None, None, ())
ORDINARY = 200_000
"""Characters of a report that may be read for its verdict alone; a longer one is read as a whole, with all bounds."""
_ESCAPES = lazy(r"\\[^n\"\\/]")
"""JSON's, but for a line break and what is printed."""
_RULE = lazy(r"[a-z0-9][a-z0-9/_-]{1,99}")
_MOMENT = lazy(r"2\d\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T[0-9:.]{5,15}Z")


@dataclass(frozen=True)
class Told:
    """One file."""

    name: str
    """Its path in the folder."""
    what: str
    """Its cause, `connects`, or why there is none."""
    answer: Decision
    note: str = ""
    at: str = ""
    """When the run began, as a report has it (UTC, `Z`); empty where that is not known, as of an error text."""


def told(path: Path, name: str, rules: Rulebook, redactor: Redactor) -> Told:
    """What a file says. `name` is without secrets."""
    try:
        content, _whole = files.ends(path)
    except OSError as problem:
        return Told(name, SKIPPED, NOTHING, redactor.clean(problem.strerror or ""))
    try:
        text = saved.text_of(content)
        if "\0" in text:
            return Told(name, SKIPPED, NOTHING, "no text")
        if saved.is_report(text):
            return _in_short(text, name, rules) or _of_report(text, name, rules)
    except NotAReport as problem:
        return Told(name, SKIPPED, NOTHING, redactor.clean(str(problem)))
    found = conclude(observations_of_text(text, redactor), rules).decision
    return Told(name, found.cause or NO_CAUSE, found)


def _of_report(text: str, name: str, rules: Rulebook) -> Told:
    report = saved.read(text, VOCABULARY)
    verdict = of_saved(report, rules).verdict
    found = Decision(verdict.status, verdict.stage, verdict.cause, verdict.rule, verdict.also)
    return _answered(name, found, report.started_at)


def _in_short(text: str, name: str, rules: Rulebook) -> Told | None:
    """What a report says, of which no more is read than that takes. `None`: it has to be read as a whole."""
    if len(text) > ORDINARY:
        return None
    try:
        data = json.loads(text, parse_constant=_refuse)
        if data["schema"] != SCHEMA:
            return None
        found = _by_the_same_rules(data, rules)
        if found is None and _is_clean(text) and _MOMENT.fullmatch(data["started_at"]):
            found = _asked_again(data, rules)
        return None if found is None else _answered(name, found, data["started_at"])
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def _by_the_same_rules(data: Mapping[str, Any], rules: Rulebook) -> Decision | None:
    """The verdict that is in a report of this version and these rules: what they would say again, as `explain` is pure.
    It takes a fifth of the time. `None`: the report is another one's.
    """
    if (data["tool"]["version"], data["tool"]["rules"]) != (__version__, rules.digest):
        return None
    try:
        return _decision(data["verdict"])
    except (ValueError, KeyError, TypeError):
        return None


def _asked_again(data: Mapping[str, Any], rules: Rulebook) -> Decision:
    """As `engine.reports.of_saved`, of the facts alone. Raises `ValueError`, `KeyError`, `TypeError` or
    `AttributeError` for what this version would not have written."""
    seen = VOCABULARY.exact_observations(data["observations"])
    login = Status(data["verdict"]["status"]) is not Status.REACHABLE
    ignored = {each["rule"] for each in data.get("ignored", ())}
    return conclude(seen, rules, login=login, ignore=ignored, interrupted=data.get("interrupted") is True).decision


def _is_clean(text: str) -> bool:
    """No text in it has anything that `json_text` would take out: all that is not printed but the ends of lines."""
    return not _ESCAPES.search(text) and text.replace("\n", "").isprintable()


def _refuse(name: str) -> None:
    raise ValueError(name)


def _decision(verdict: Mapping[str, Any]) -> Decision:
    """Raises `ValueError`, `KeyError` or `TypeError` for what pgwhy did not write."""
    stage, cause = verdict["stage"], verdict["cause"]
    also = tuple((Cause(each["cause"]), _rule(each["rule"])) for each in verdict["also"])
    rule = None if verdict["rule"] is None else _rule(verdict["rule"])
    known = None if cause is None else Cause(cause)
    return Decision(Status(verdict["status"]), None if stage is None else Stage(stage), known, rule, also)


def _rule(name: str) -> str:
    if not _RULE.fullmatch(name):
        raise ValueError(name)
    return name


def _answered(name: str, found: Decision, at: str) -> Told:
    good = found.status.value if found.status in (Status.CONNECTS, Status.REACHABLE) else NO_CAUSE
    return Told(name, found.cause or good, found, at=at if _MOMENT.fullmatch(at) else "")
