"""Five lines for the first reply to a ticket: what, where, who, when, and what is still to be asked."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.facts import Observations
from pgwhy.finding import Fix, Report, Verification
from pgwhy.progress import last_text
from pgwhy.report.fixes import offered
from pgwhy.timeline import Span
from pgwhy.values import dataclass

MOST_CONNECTIONS = 12
"""Of more connections than that, the rest is in report.json."""
_ALWAYS = "since when does it fail, and what changed then?"


@dataclass(frozen=True)
class Said:
    """One of the five lines."""

    label: str
    text: str


def summary(report: Report) -> tuple[Said, ...]:
    """Always five, in this order."""
    return (
        Said("Cause", _cause(report)),
        Said("Stage", _stage(report)),
        Said("Target", _target(report)),
        Said("When", _when(report)),
        Said("Tried", f"{_tried(report)} To ask: {' '.join(_to_ask(report))}"),
    )


def _cause(report: Report) -> str:
    verdict = report.verdict
    titles = {finding.rule: finding.title for finding in report.findings}
    if verdict.cause is not None:
        others = "".join(f"; or else {cause} ({rule})" for cause, rule in verdict.also)
        return (
            f"{verdict.cause}: {titles.get(verdict.rule or '', verdict.cause.about.meaning)} ({verdict.rule}){others}"
        )
    if verdict.status.value in ("connects", "reachable"):
        return f"none, it {'connects' if verdict.status.value == 'connects' else 'is reachable'} from here"
    candidates = "; ".join(f"{fit.title} ({fit.cause or fit.rule})" for fit in report.fits)
    return f"not found; candidates: {candidates}" if candidates else "not found, and nothing that is known fits"


def _stage(report: Report) -> str:
    said = _said(report.observations)
    stage = report.verdict.stage or "all stages passed"
    return f'{stage}; said: "{said}"' if said else f"{stage}; no error text"


def _said(seen: Observations) -> str:
    """The exact text: what the user's client printed, else what the server answered to us."""
    return " ".join(str(seen.get("error.message") or last_text(seen)).split())


def _target(report: Report) -> str:
    get = report.observations.get
    if get("target.host") is None and get("target.user") is None:
        return "not known: only an error text was given"
    parts = [
        f"endpoint {get('target.endpoint')}" if get("target.endpoint") else "",
        f"region {get('target.region')}" if get("target.region") else "",
        f"host {get('target.host') or '(default)'}:{get('target.port')}",
        f"role {get('target.user')}" if get("target.user") else "",
        f"database {get('target.dbname') or get('target.user') or '(default)'}",
        f"from {get('target.origin')}" if get("target.origin") else "",
        f"client {get('client.title')}" if get("client.title") else "",
    ]
    return ", ".join(part for part in parts if part)


def _when(report: Report) -> str:
    connections = [span for span in report.timeline if span.remote]
    told = [f"{report.started_at}, for {report.duration_ms / 1000:.1f} s", *map(_connection, connections)]
    if len(connections) > MOST_CONNECTIONS:
        told = [*told[: MOST_CONNECTIONS + 1], f"{len(connections) - MOST_CONNECTIONS} more in report.json"]
    if not connections:
        told.append("no connection was had")
    if request := report.observations.get("web.request_id"):
        told.append(f"neon-request-id {request}")
    return "; ".join(told)


def _connection(span: Span) -> str:
    return f"{span.probe} at +{span.start_ms:.0f} ms {span.local} to {span.remote} ({span.outcome})"


def _tried(report: Report) -> str:
    remedies = offered(report)
    tried = [remedy for remedy in remedies if remedy.verification is not Verification.NOT_TRIED]
    if not tried:
        return "no fix was tried." if remedies else "there was nothing to try."
    return "; ".join(map(_outcome, tried)) + "."


def _outcome(remedy: Fix) -> str:
    note = f" ({remedy.note})" if remedy.note else ""
    return f"{remedy.title}: {remedy.verification}{note}"


def _to_ask(report: Report) -> Iterator[str]:
    yield _ALWAYS
    if report.observations.get("error.origin") != "reported":
        yield "what does the application itself print?"
    if not report.tested_as.get("version") and report.observations.get("client.id") not in ("libpq", None):
        yield f"which version of {report.observations.get('client.title')}?"
    yield from (f"`{step.command}`: {step.settles}." for step in report.verdict.next)
