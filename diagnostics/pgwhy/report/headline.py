"""The first line of a page that tells of a failure, and the summary under it."""

from __future__ import annotations

import re

from pgwhy.causes import Cause, Owner, Stage
from pgwhy.finding import Finding, Report, Status, quotation
from pgwhy.progress import row
from pgwhy.report.ladder import rungs
from pgwhy.report.ladder.rung import Mark, milliseconds, tidied
from pgwhy.target.obstacle import reason
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import shortened, wrap

USUAL_REASON = "The usual reason is libpq 13 or older. "
"""As the rules of a client without SNI say it: behind it the page says how to name the client."""


def headline(report: Report, width: int) -> list[Line]:
    """`FAILS at TLS: the certificate expired`, on as many lines as it takes."""
    lead, rest = said(report)
    lines = wrap(lead + rest, width, "", "  ")
    style = Style.GOOD if report.verdict.status is Status.CONNECTS else Style.BAD
    return [begins(lead, style, lines[0][len(lead) :]), *map(line, lines[1:])]


def summary(report: Report, width: int, limit: int) -> list[Line]:
    """The sentences of the summary that fit in `limit` lines; none if it only says the headline again."""
    text = sentences(report)
    if not text:
        return []
    whole = whole_sentences(text, width, limit)
    return [line(text) for text in whole] or [line(shortened(wrap(text, width)[0] + " ...", width))]


def sentences(report: Report) -> str:
    """The summary of a failure; empty if it only says the headline again."""
    get = report.observations.get
    # What the summary quotes is in the ladder.
    text = " ".join(report.verdict.summary.split()).removesuffix(quotation(report.observations))
    early = report.extra.get("interrupted") and report.verdict.cause is None  # nothing can be concluded yet
    if early or text.rstrip(".").lower() in said(report)[1].lower():
        return ""
    if report.verdict.cause is Cause.SNI_MISSING and get("client.id") == "unknown":
        text = text.replace(USUAL_REASON, f"{USUAL_REASON}To check another client, add --client NAME. ", 1)
    return text


def whole_sentences(text: str, width: int, limit: int, indent: str = "") -> list[str]:
    """The sentences from the beginning that fit in `limit` lines; none where not even the first one does."""
    sentences = re.split(r"(?<=[^\s\d][.!?]) (?![a-z])", " ".join(text.split()))
    while sentences and len(wrap(" ".join(sentences), width, indent)) > limit:
        sentences.pop()
    return wrap(" ".join(sentences), width, indent) if sentences else []


def first_finding(report: Report) -> Finding | None:
    """The finding that the verdict rests on."""
    return next((finding for finding in report.findings if finding.rule == report.verdict.rule), None)


def said(report: Report) -> tuple[str, str]:
    """The headline of a failure: the word that is the answer, and how the line goes on behind it."""
    verdict = report.verdict
    finding = first_finding(report)
    if verdict.cause is not None:
        title = finding.title if finding else verdict.cause.about.meaning
        if verdict.status is Status.CONNECTS:
            return "CONNECTS", f": {title}"
        where = _where(report)
        # "in your client: the client sends ..." says it twice.
        short = re.sub(r"^the client('s)? ", lambda own: "its " if own[1] else "it ", title)
        return "FAILS", f" {where}: {short if where.startswith(('in ', 'for ')) else title}"
    if report.extra.get("interrupted"):
        return "INTERRUPTED", f" after {milliseconds(report.duration_ms)}: {_where_it_stopped(report)}"
    if verdict.status is Status.UNKNOWN and (
        why := reason(report.observations.get("authentication.not_tried_because"))
    ):
        return "NOT KNOWN", f": no login was made, because {why}"
    if verdict.status is Status.UNKNOWN:
        return "CAUSE NOT FOUND", ": no known cause fits this text"
    if report.observations.get("error.origin") == "reported":
        return "FAILS", f" {_where(report)}, cause not found: {tidied(report.observations.get('error.message') or '')}"
    return "FAILS", f" {_place(verdict.stage)}, cause not found: {_where_it_stopped(report)}"


def _where(report: Report) -> str:
    """Where it fails, in words that go on with the verdict: in another client only if that is at fault, else for it."""
    verdict, get = report.verdict, report.observations.get
    if verdict.here is None and get("error.origin") != "reported":
        return _place(verdict.stage)
    known = (get("client.named") or get("client.guessed")) and get("client.id") != "unknown"
    at_fault = "in" if verdict.owner is Owner.CLIENT else "for"
    return f"{at_fault} {get('client.title')}" if known else f"{at_fault} your client"


def _place(stage: Stage | None) -> str:
    return row(stage).place if stage else "somewhere"


def _where_it_stopped(report: Report) -> str:
    failed = next((rung for rung in rungs(report.observations) if rung.mark is Mark.FAIL), None)
    if failed is None:
        return "nothing has failed so far" if report.extra.get("interrupted") else "nothing fails from this machine"
    if failed.of_server:
        return f"{report.observations.get('target.host') or 'the server'} {failed.text}"
    return (
        failed.text if report.verdict.stage and not report.extra.get("interrupted") else f"{failed.name}: {failed.text}"
    )
