"""The first line of a page that tells of a failure, and the summary under it."""

from __future__ import annotations

import re

from pgwhy.causes import Cause, Owner
from pgwhy.finding import Finding, Report, Status, quotation
from pgwhy.progress import Stage, row
from pgwhy.report.ladder import rungs
from pgwhy.report.ladder.rung import Mark, milliseconds, tidied
from pgwhy.target.obstacle import reason
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import shortened, wrap


def headline(report: Report, width: int) -> list[Line]:
    """`FAILS at TLS: the certificate expired`, on as many lines as it takes."""
    lead, rest = said(report)
    lines = wrap(lead + rest, width, "", "  ")
    style = Style.GOOD if report.verdict.status is Status.CONNECTS else Style.BAD
    return [begins(lead, style, lines[0][len(lead) :]), *map(line, lines[1:])]


def summary(report: Report, width: int, limit: int) -> list[Line]:
    """The sentences of the summary that fit in `limit` lines; none if it only says the headline again."""
    text, asked = sentences(report), which_client(report)
    if not text:
        return []
    whole = whole_sentences(text, width, limit, end=asked)
    return [line(text) for text in whole] or [line(shortened(wrap(text, width)[0] + " ...", width))]


def sentences(report: Report) -> str:
    """The summary of a failure; empty if it only says the headline again."""
    # What the summary quotes is in the ladder.
    text = " ".join(report.verdict.summary.split()).removesuffix(quotation(report.observations))
    early = report.extra.get("interrupted") and report.verdict.cause is None  # nothing can be concluded yet
    if early or text.rstrip(".").lower() in said(report)[1].lower():
        return ""
    return text


def which_client(report: Report) -> str:
    """How the summary ends where the answer depends on a client that nobody named; else empty."""
    unknown = report.verdict.cause is Cause.SNI_MISSING and report.observations.get("client.id") == "unknown"
    return "To check another client, add --client NAME." if unknown else ""


def whole_sentences(text: str, width: int, limit: int, indent: str = "", end: str = "") -> list[str]:
    """The sentences from the beginning that fit in `limit` lines before `end`; none where not even the first does."""
    sentences = re.split(r"(?<=[^\s\d][.!?]) (?![a-z])", " ".join(text.split()))
    last = [end] if end else []
    while sentences and len(wrap(" ".join(sentences + last), width, indent)) > limit:
        sentences.pop()
    return wrap(" ".join(sentences + last), width, indent) if sentences else []


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
        in_a_client = _names_the_client(report) or verdict.stage is Stage.CLIENT
        return "FAILS", f" {_where(report)}: {_of_the_client(title) if in_a_client else title}"
    if report.extra.get("interrupted"):
        return "INTERRUPTED", f" after {milliseconds(report.duration_ms)}: {_where_it_stopped(report)}"
    if verdict.status is Status.UNKNOWN and (
        why := reason(report.observations.get("authentication.not_tried_because"))
    ):
        return "NOT KNOWN", f": no login was made, because {why}"
    if verdict.status is Status.UNKNOWN:
        text = verdict.summary.rstrip(".")
        return "CAUSE NOT FOUND", f": {text[:1].lower()}{text[1:]}"
    if report.observations.get("error.origin") == "reported":
        return "FAILS", f" {_where(report)}, cause not found: {tidied(report.observations.get('error.message') or '')}"
    return "FAILS", f" {_place(verdict.stage)}, cause not found: {_where_it_stopped(report)}"


def _where(report: Report) -> str:
    """Where it fails, in words that go on with the verdict: in another client only if that is at fault, else for it."""
    verdict, get = report.verdict, report.observations.get
    if not _names_the_client(report):
        return _place(_failing(report))
    known = (get("client.named") or get("client.guessed")) and get("client.id") != "unknown"
    at_fault = "in" if verdict.owner is Owner.CLIENT else "for"
    return f"{at_fault} {get('client.title')}" if known else f"{at_fault} your client"


def _names_the_client(report: Report) -> bool:
    """The headline speaks of the user's client, whose run this machine's is not."""
    return report.verdict.here is not None or report.observations.get("error.origin") == "reported"


def _of_the_client(title: str) -> str:
    """A rule's title behind `in your client:`, where `the client sends ...` would name it twice."""
    return re.sub(r"^the client('s)? ", lambda own: "its " if own[1] else "it ", title)


def _failing(report: Report) -> Stage | None:
    """The stage that the ladder marks as failed. The verdict has the stage of the cause, which may be another one: what
    is wrong with the settings shows at the login, and a rule of pg_hba.conf at start-up."""
    ladder = rungs(report.observations, report.verdict.cause)
    marked = [rung.stage for rung in ladder if rung.mark is Mark.FAIL and rung.stage is not None]
    stage = report.verdict.stage
    return marked[0] if marked and stage not in marked else stage


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
