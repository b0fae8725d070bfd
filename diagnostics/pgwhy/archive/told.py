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
            return _by_the_same_rules(text, name, rules) or _of_report(text, name, rules)
    except NotAReport as problem:
        return Told(name, SKIPPED, NOTHING, redactor.clean(str(problem)))
    found = conclude(observations_of_text(text, redactor), rules).decision
    return Told(name, found.cause or NO_CAUSE, found)


def _of_report(text: str, name: str, rules: Rulebook) -> Told:
    report = saved.read(text, VOCABULARY)
    verdict = of_saved(report, rules).verdict
    found = Decision(verdict.status, verdict.stage, verdict.cause, verdict.rule, verdict.also)
    return _answered(name, found, report.started_at)


def _by_the_same_rules(text: str, name: str, rules: Rulebook) -> Told | None:
    """The verdict that is in a report of this version and these rules: what they would say again, as `explain` is pure.
    It takes a tenth of the time. `None`: it has to be read as a whole.
    """
    if len(text) > ORDINARY or rules.digest not in text:
        return None
    try:
        data = json.loads(text)
        tool, verdict = data["tool"], data["verdict"]
        if data["schema"] != SCHEMA or (tool["version"], tool["rules"]) != (__version__, rules.digest):
            return None
        return _answered(name, _decision(verdict), data["started_at"])
    except (ValueError, RecursionError, KeyError, TypeError):
        return None


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
