"""A report as the JSON of the contract (DESIGN part 6, `pgwhy schema`), and back.

What a newer version of the same major schema wrote and this one does not know is kept when a report is read, and is
there again when it is written.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from typing import Any, TypeVar

from diagnostics.causes import Cause, Kind, Owner, Retry, Severity, Stage
from diagnostics.error_text import Origin
from diagnostics.facts import Vocabulary
from diagnostics.finding import (
    Doubt,
    Evidence,
    Finding,
    Next,
    Remedy,
    Report,
    Status,
    Verdict,
    Verification,
)
from diagnostics.timeline import Span

SCHEMA = "pgwhy/report/1"

E = TypeVar("E", bound=StrEnum)


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
    """The report of a document. Raises `NotAReport` for another major schema, or where a required part is missing."""
    schema = document.get("schema")
    if schema != SCHEMA:
        raise NotAReport(_refusal(schema))
    try:
        report = _read(document, vocabulary)
    except KeyError as error:
        raise NotAReport(f"the report is incomplete: {error.args[0]} is missing") from None
    except (TypeError, AttributeError) as error:
        raise NotAReport(f"the report has a part of another shape than the schema says ({error})") from None
    report.extra.update(_beyond(document, _known(report)))
    return report


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
        "fixes": [{f.name: _plain(getattr(remedy, f.name)) for f in fields(remedy)} for remedy in finding.fixes],
        **({"words": list(finding.words)} if finding.words else {}),
    }


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _word(value: StrEnum | None) -> str | None:
    return None if value is None else value.value


def _read(document: Mapping[str, Any], vocabulary: Vocabulary) -> Report:
    tool, verdict = document["tool"], document["verdict"]
    given = {name: _typed(vocabulary, name, values) for name, values in document["observations"].items()}
    return Report(
        report_id=document["report_id"],
        version=tool["version"],
        rules_digest=tool["rules"],
        started_at=document["started_at"],
        duration_ms=document["duration_ms"],
        target=document["target"],
        tested_as=document["tested_as"],
        verdict=Verdict(
            status=_one_of(Status, verdict["status"]),
            summary=verdict["summary"],
            stage=_one_or_none(Stage, verdict["stage"]),
            cause=_one_or_none(Cause, verdict["cause"]),
            rule=verdict["rule"],
            owner=_one_or_none(Owner, verdict["owner"]),
            retry=_one_or_none(Retry, verdict["retry"]),
            here=verdict["here"],
            also=tuple((c, a["rule"]) for a in verdict["also"] if (c := _one_or_none(Cause, a["cause"]))),
            ruled_out=tuple((c, r["fact"]) for r in verdict["ruled_out"] if (c := _one_or_none(Cause, r["cause"]))),
            next=tuple(Next(n["command"], n["settles"]) for n in verdict["next"]),
        ),
        findings=tuple(_read_finding(finding) for finding in document["findings"]),
        observations=vocabulary.observations(given),
        timeline=tuple(_read_span(span) for span in document["timeline"]),
        fits=tuple(
            Doubt(d["rule"], _one_or_none(Cause, d["cause"]), d["title"], tuple(d["missing"]))
            for d in document.get("fits", ())
        ),
    )


def _read_finding(finding: Mapping[str, Any]) -> Finding:
    return Finding(
        rule=finding["rule"],
        cause=_one_or_none(Cause, finding["cause"]),
        severity=_one_of(Severity, finding["severity"]),
        owner=_one_of(Owner, finding["owner"]),
        retry=_one_or_none(Retry, finding.get("retry")) or Retry.NO,
        title=finding["title"],
        because=finding["because"],
        stage=_one_of(Stage, finding["stage"]),
        origin=_one_of(Origin, finding["origin"]),
        evidence=tuple(Evidence(e["fact"], e["value"]) for e in finding["evidence"]),
        references=tuple(finding["references"]),
        fixes=tuple(_read_remedy(fix) for fix in finding["fixes"]),
        words=tuple(finding.get("words", ())),
    )


def _read_remedy(fix: Mapping[str, Any]) -> Remedy:
    return Remedy(
        id=fix["id"],
        kind=_one_of(Kind, fix["kind"]),
        title=fix["title"],
        steps=fix["steps"],
        caution=fix["caution"],
        change=fix["change"],
        edit=fix["edit"],
        connection_string=fix["connection_string"],
        verification=_one_of(Verification, fix["verification"]),
        verified_to=_one_or_none(Stage, fix["verified_to"]),
        note=fix.get("note", ""),
    )


def _read_span(span: Mapping[str, Any]) -> Span:
    """Reports from before `local` and `remote` have none."""
    return Span(**{f.name: span[f.name] for f in fields(Span) if f.name in span or f.default is MISSING})


def _one_of(words: type[E], word: Any) -> E:
    try:
        return words(word)
    except ValueError:
        known = ", ".join(words)
        raise NotAReport(f"the report says {word!r} where this pgwhy knows only {known}: upgrade pgwhy") from None


def _one_or_none(words: type[E], word: Any) -> E | None:
    """An optional word; one that only a newer version knows is `None` here and kept among the extra keys."""
    return words(word) if word in set(words) else None


def _typed(vocabulary: Vocabulary, record: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of one record with their types: an enum instead of its word, a frozen value instead of a dict."""
    kind = vocabulary.records.get(record)
    hints = typing.get_type_hints(kind) if kind else {}
    return {name: _revived(hints.get(name, Any), value) for name, value in values.items()}


def _revived(hint: Any, value: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if isinstance(value, (list, tuple)) and typing.get_origin(hint) is tuple:
        return tuple(_revived(typing.get_args(hint)[0], item) for item in value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value) if value in set(hint) else value
    if isinstance(hint, type) and is_dataclass(hint) and isinstance(value, Mapping):
        hints = typing.get_type_hints(hint)
        return hint(**{f.name: _revived(hints[f.name], value[f.name]) for f in fields(hint) if f.name in value})
    return value


def _beyond(document: Any, known: Any) -> Any:
    """What stands in `document` and not in `known`, as a tree of its keys; list items are keyed by their number."""
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
        return f'this is not a report of pgwhy: its "schema" is {schema!r} and not {SCHEMA!r}'
    return f"this report has the schema {schema}, and this pgwhy reads {SCHEMA}: upgrade pgwhy"
