"""What a run with --wait waited for: a line while it waits, and one on its page."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.finding import Report, Status
from pgwhy.report.headline import first_finding
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import wrap


def waiting_for(report: Report, limit_s: float) -> str:
    """The line for a log: what keeps it from connecting, and how long that is waited for."""
    finding, get = first_finding(report), report.observations.get
    what = finding.title if finding else f"no answer yet ({report.verdict.stage})"
    return f"pgwhy: waiting up to {limit_s:g} s for {get('target.host') or 'the server'}: {what}"


def waited_lines(report: Report, width: int) -> Iterator[Line]:
    """How long it was waited, for what, and what came of it; nothing where --wait was not given or not needed."""
    waited = report.extra.get("waited")
    if not isinstance(waited, dict) or not waited.get("for"):
        return
    causes = ", then ".join(str(cause) for cause in waited["for"])
    verdict = report.verdict
    if verdict.status in (Status.CONNECTS, Status.REACHABLE):
        end = "now it connects" if verdict.status is Status.CONNECTS else "now it answers"
    elif report.extra.get("interrupted"):
        end = "interrupted"
    elif verdict.cause in waited["for"]:
        end = "it still fails"
    else:
        end = "then it failed for a reason that waiting does not fix"
    texts = wrap(f"{waited['seconds']:g} s for {causes}: {end}", width, "Waited   ")
    yield begins("Waited", Style.STRONG, texts[0][len("Waited") :])
    yield from map(line, texts[1:])
