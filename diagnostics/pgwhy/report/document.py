"""A report as the JSON of the contract (docs/design.md, "Contracts", `pgwhy schema`), and back.

What a newer version of the same major schema wrote and this one does not know is kept when a report is read, and is
there again when it is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from pgwhy.causes import Cause, FixKind, Needs, Owner, Retry, Severity
from pgwhy.error_text import Origin
from pgwhy.facts import Vocabulary
from pgwhy.finding import (
    SCHEMA,
    Doubt,
    Evidence,
    Finding,
    Fix,
    Next,
    NextObstacle,
    Report,
    Status,
    Verdict,
    Verification,
)
from pgwhy.foreign.json_text import Unfit, short
from pgwhy.progress import Stage
from pgwhy.target.editing.steps import KINDS, Say, Step
from pgwhy.timeline import Span

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
_ONLY_IF_SO = ("edit_steps", "message", "next_obstacle", "needs")
"""What a fix has only sometimes; the first reports did not have it."""
_NAMES = {kind: name for name, kind in KINDS.items()}


class NotAReport(ValueError):
    """The document cannot be read as a report; the message is a sentence for the user."""


def to_json(report: Report) -> dict[str, Any]:
    """The document of a report: plain dicts, lists and scalars in the order of the contract."""
    document: dict[str, Any] = _merged(_known(report), report.extra)
    return document


def to_text(report: Report) -> str:
    """The document as indented JSON, with a line break at its end."""
    return json.dumps(to_json(report), indent=2, ensure_ascii=False) + "\n"


def to_line(report: Report) -> str:
    """The document as one line of JSON Lines."""
    return json.dumps(to_json(report), separators=(",", ":"), ensure_ascii=False) + "\n"


def from_json(document: Mapping[str, Any], vocabulary: Vocabulary) -> Report:
    """The report of a document (`json_text.read`). Raises `NotAReport` for another major schema, and with the path of
    the first part that does not follow the schema.
    """
    from pgwhy.report import strict  # most runs read no report

    schema = document.get("schema")
    if schema != SCHEMA:
        raise NotAReport(_refusal(schema))
    try:
        report = _read(strict.conformed(document, _schema_to_read(vocabulary)), vocabulary)
    except Unfit as problem:
        raise NotAReport(f"the report does not follow its schema: {problem}") from None
    report.extra.update(_beyond(document, _known(report)))
    return report


@lru_cache(maxsize=1)
def _schema_to_read(vocabulary: Vocabulary) -> dict[str, Any]:
    """The published schema. In lists of causes, one that only a newer version knows is passed over."""
    from pgwhy.report.schema import schema  # as above

    whole = schema(vocabulary)
    for name in ("also", "ruled_out"):
        cause = whole["properties"]["verdict"]["properties"][name]["items"]["properties"]
        cause["cause"] = {"anyOf": [cause["cause"], {"type": "null"}]}
    return whole


def _known(report: Report) -> dict[str, Any]:
    verdict = report.verdict
    return {
        "schema": SCHEMA,
        "report_id": report.report_id,
        "tool": {"name": "pgwhy", "version": report.version, "rules": report.rules_digest},
        "started_at": report.started_at,
        "duration_ms": report.duration_ms,
        "target": report.target,
        "tested_as": report.tested_as,
        "verdict": {
            "status": verdict.status.value,
            "stage": _word(verdict.stage),
            "cause": _word(verdict.cause),
            "rule": verdict.rule,
            "owner": _word(verdict.owner),
            "summary": verdict.summary,
            "retry": _word(verdict.retry),
            "here": verdict.here,
            "also": [{"cause": cause.value, "rule": rule} for cause, rule in verdict.also],
            "ruled_out": [{"cause": cause.value, "fact": fact} for cause, fact in verdict.ruled_out],
            "next": [{"command": step.command, "settles": step.settles} for step in verdict.next],
        },
        "findings": [_finding(finding) for finding in report.findings],
        "fits": [
            {"rule": d.rule, "cause": _word(d.cause), "title": d.title, "missing": list(d.missing)} for d in report.fits
        ],
        "observations": report.observations.plain(),
        "timeline": [{f.name: getattr(span, f.name) for f in fields(span)} for span in report.timeline],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "cause": _word(finding.cause),
        "severity": finding.severity.value,
        "owner": finding.owner.value,
        "retry": finding.retry.value,
        "title": finding.title,
        "because": finding.because,
        "stage": finding.stage.value,
        "origin": finding.origin.value,
        "evidence": [{"fact": e.fact, "value": e.value} for e in finding.evidence],
        "references": list(finding.references),
        "fixes": [_fix(remedy) for remedy in finding.fixes],
        **({"words": list(finding.words)} if finding.words else {}),
    }


def _fix(remedy: Fix) -> dict[str, Any]:
    told = {f.name: _plain(getattr(remedy, f.name)) for f in fields(remedy)}
    told = {name: value for name, value in told.items() if value or name not in _ONLY_IF_SO}
    # The parts of a note are told beside it where there are any.
    if remedy.note == remedy.remark:
        del told["remark"]
    return {**told, "edit": remedy.edit, "note": remedy.note}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [{"do": _NAMES[type(step)], **_parts(step)} for step in value]
    if isinstance(value, NextObstacle):
        return _parts(value)
    return value.value if isinstance(value, StrEnum) else value


def _parts(value: Step | NextObstacle) -> dict[str, Any]:
    return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}


def _word(value: StrEnum | None) -> str | None:
    return None if value is None else value.value


def _read(document: Mapping[str, Any], vocabulary: Vocabulary) -> Report:
    """The values of a document that follows the schema."""
    tool, verdict = document["tool"], document["verdict"]
    return Report(
        report_id=document["report_id"],
        version=tool["version"],
        rules_digest=tool["rules"],
        started_at=document["started_at"],
        duration_ms=document["duration_ms"],
        target=document["target"],
        tested_as=document["tested_as"],
        verdict=Verdict(
            status=Status(verdict["status"]),
            summary=verdict["summary"],
            stage=_or_none(Stage, verdict["stage"]),
            cause=_or_none(Cause, verdict["cause"]),
            rule=verdict["rule"],
            owner=_or_none(Owner, verdict["owner"]),
            retry=_or_none(Retry, verdict["retry"]),
            here=verdict["here"],
            also=tuple((Cause(a["cause"]), a["rule"]) for a in verdict["also"] if a["cause"]),
            ruled_out=tuple((Cause(r["cause"]), r["fact"]) for r in verdict["ruled_out"] if r["cause"]),
            next=tuple(Next(n["command"], n["settles"]) for n in verdict["next"]),
        ),
        findings=tuple(_read_finding(finding) for finding in document["findings"]),
        observations=vocabulary.observations(document["observations"]),
        timeline=tuple(_of(Span, span) for span in document["timeline"]),
        fits=tuple(
            Doubt(d["rule"], _or_none(Cause, d["cause"]), d["title"], tuple(d["missing"]))
            for d in document.get("fits", ())
        ),
    )


def _read_finding(finding: Mapping[str, Any]) -> Finding:
    return Finding(
        rule=finding["rule"],
        cause=_or_none(Cause, finding["cause"]),
        severity=Severity(finding["severity"]),
        owner=Owner(finding["owner"]),
        retry=Retry(finding["retry"]),
        title=finding["title"],
        because=finding["because"],
        stage=Stage(finding["stage"]),
        origin=Origin(finding["origin"]),
        evidence=tuple(Evidence(e["fact"], e["value"]) for e in finding["evidence"]),
        references=tuple(finding["references"]),
        fixes=tuple(map(_read_remedy, finding["fixes"])),
        words=tuple(finding.get("words", ())),
    )


def _read_remedy(fix: Mapping[str, Any]) -> Fix:
    words = {"kind": FixKind(fix["kind"]), "verification": Verification(fix["verification"])}
    follows = fix.get("next_obstacle")
    return _of(
        Fix,
        {
            **fix,
            **words,
            "verified_to": _or_none(Stage, fix["verified_to"]),
            "edit_steps": tuple(_read_steps(fix)),
            "remark": fix.get("remark", fix.get("note", "")),
            "next_obstacle": _read_obstacle(follows) if follows else None,
            "needs": _or_none(Needs, fix.get("needs")),
        },
    )


def _read_steps(fix: Mapping[str, Any]) -> Iterator[Step]:
    """The steps of its edit; where a report has only their words, as in the first ones, each line as it is."""
    if "edit_steps" in fix:
        yield from (_of(KINDS[step["do"]], step) for step in fix["edit_steps"])
    else:
        yield from (Say(line.strip()) for line in fix["edit"].splitlines() if line.strip())


def _read_obstacle(follows: Mapping[str, Any]) -> NextObstacle:
    words = {"stage": Stage(follows["stage"]), "cause": _or_none(Cause, follows["cause"])}
    return _of(NextObstacle, {**follows, **words})


def _of(kind: type[T], values: Mapping[str, Any]) -> T:
    """A value of the keys that its type knows."""
    return kind(**{f.name: values[f.name] for f in fields(kind) if f.name in values})  # type: ignore[arg-type]


def _or_none(words: type[E], word: str | None) -> E | None:
    return None if word is None else words(word)


def _beyond(document: Any, known: Any) -> Any:
    """What is in `document` and not in `known`, as a tree of its keys; list items are keyed by their number."""
    if isinstance(document, Mapping) and isinstance(known, Mapping):
        deeper = {k: _beyond(v, known[k]) if k in known else v for k, v in document.items()}
        return {k: v for k, v in deeper.items() if k not in known or v != {}}
    if isinstance(document, list) and isinstance(known, list) and len(document) == len(known):
        return {str(i): b for i, pair in enumerate(zip(document, known, strict=True)) if (b := _beyond(*pair)) != {}}
    return {} if document == known else document


def _merged(known: Any, extra: Any) -> Any:
    """`known` with what `_beyond` kept; the inverse of it."""
    if isinstance(known, dict) and isinstance(extra, Mapping):
        return {
            **{k: _merged(v, extra[k]) if k in extra else v for k, v in known.items()},
            **{k: v for k, v in extra.items() if k not in known},
        }
    if isinstance(known, list) and isinstance(extra, Mapping):
        return [_merged(item, extra.get(str(i), {})) for i, item in enumerate(known)]
    return known if extra == {} else extra


def _refusal(schema: Any) -> str:
    if not isinstance(schema, str) or not schema.startswith("pgwhy/report/"):
        found = short(schema) if isinstance(schema, str) else "no text"
        return f'this is not a report of pgwhy: its "schema" is {found} and not {SCHEMA!r}'
    return f"this report has the schema {schema[:60]}, and this pgwhy reads {SCHEMA}: upgrade pgwhy"
