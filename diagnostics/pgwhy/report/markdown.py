"""Markdown for a ticket or a pull request, as GitHub and GitLab show it.

Whatever a server or a user wrote is in code or escaped: it can neither format the page, nor mention a person,
nor close a section.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pgwhy.finding import Report
from pgwhy.report import told
from pgwhy.report.headline import first_finding
from pgwhy.report.ladder import rungs
from pgwhy.report.ladder.rung import milliseconds
from pgwhy.report.link import is_web_address


def page(report: Report) -> str:
    """The page of a report, with a line break at its end."""
    blocks = ["\n".join(block) for block in _blocks(report)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def code(text: str) -> str:
    """The text as a code span, whatever backquotes it holds (CommonMark 6.1)."""
    text = " ".join(text.split()) or " "
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def block(text: str, indent: str = "") -> list[str]:
    """The text as a fenced block."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return [f"{indent}{line}".rstrip() for line in (f"{fence}text", *text.splitlines(), fence)]


def escaped(text: str) -> str:
    """The text as it is: without formatting, links, HTML, mentions of people or references to issues."""
    text = re.sub(r"[\\`*\[\]<>|~$#]|^[-+]|&(?=#?\w+;)|(?<!\w)_|_(?!\w)", r"\\\g<0>", " ".join(text.split()))
    # A zero-width space: GitHub looks for mentions in what is shown, so that no escaping helps.
    return re.sub(r"(?<!\w)@(?=\w)", "@\u200b", text)


def link(url: str) -> str:
    """An autolink (CommonMark 6.5), which shows where it leads; of what is no web address, the text."""
    return f"<{url}>" if is_web_address(url) else escaped(url)


def _blocks(report: Report) -> Iterator[list[str]]:
    answer = told.answer(report)
    yield [f"### **{answer.word}**{escaped_lead(answer.rest)}"]
    yield from ([escaped(text)] for text in answer.paragraphs)
    yield list(_ladder(report))
    yield from _what_to_do(report)
    yield from _question(report)
    yield [f"- **{f.severity.capitalize()}**: {escaped(f.title)} ({code(f.rule)})" for f in told.notes(report)]
    yield [f"- Ignored as you asked: {code(rule)}, {escaped(reason)}" for rule, reason in told.ignored(report)]
    yield block("\n".join(lines)) if (lines := told.project(report)) else []
    yield from _evidence(report)
    yield [_foot(report)]


def escaped_lead(rest: str) -> str:
    """What follows a bold word: the space before it stays."""
    return (" " if rest[:1] == " " else "") + escaped(rest)


def _ladder(report: Report) -> Iterator[str]:
    steps = rungs(report.observations, report.verdict.cause)
    if not steps:
        return
    yield "| | Stage | What was seen | Time |"
    yield "|---|---|---|--:|"
    for rung in steps:
        mark = f"**{rung.mark}**" if rung.mark == "FAIL" else rung.mark.value
        time = milliseconds(rung.ms).replace("<", "\\<") if rung.ms is not None else ""
        yield f"| {mark} | {escaped(rung.name)} | {escaped(rung.text)} | {time} |"


def _what_to_do(report: Report) -> Iterator[list[str]]:
    fixes = told.fixes(report)
    if not fixes:
        return
    yield ["#### What to do"]
    for fix in fixes:
        lead = f"{fix.number}. "
        inside = " " * len(lead)
        lines = [f"{lead}{escaped(fix.title)}"]
        for order in (*fix.orders, *fix.steps):
            lines += ["", f"{inside}{escaped(order.text)}", *([""] if order.paste else [])]
            lines += block(order.paste, inside) if order.paste else []
        if fix.caution:
            lines += ["", f"{inside}Caution: {escaped(fix.caution)}"]
        yield [*lines, "", f"{inside}**{fix.word}**{escaped_lead(fix.note)}"]


def _question(report: Report) -> Iterator[list[str]]:
    """Without a cause: what is possible, and how to find out."""
    verdict = report.verdict
    if verdict.cause is not None:
        titles = {finding.rule: finding.title for finding in report.findings}
        yield [
            f"- Could also be: {escaped(titles.get(rule, cause.about.meaning))} ({code(cause)})"
            for cause, rule in verdict.also
        ]
        return
    yield [f"- Possible: {escaped(title)}" for title in dict.fromkeys(doubt.title for doubt in report.fits)]
    if verdict.next:
        yield ["To find out, quickest check first:"]
        yield [f"{n}. {code(step.command)}: {escaped(step.settles)}" for n, step in enumerate(verdict.next, 1)]


def _evidence(report: Report) -> Iterator[list[str]]:
    finding = first_finding(report)
    if finding is None:
        return
    said = escaped(" ".join(told.answer(report).paragraphs))
    because = (escaped(text) for text in finding.because.strip().split("\n\n"))
    yield ["<details><summary>Evidence</summary>"]
    yield [text for text in because if text not in said]
    yield [f"- {code(e.fact)} = {code(json.dumps(e.value, ensure_ascii=False))}" for e in finding.evidence]
    yield [f"- {link(url)}" for url in finding.references]
    yield ["</details>"]


def _foot(report: Report) -> str:
    cause = f"Cause {code(report.verdict.cause)}. " if report.verdict.cause else ""
    return f"{cause}Report {code(report.report_id)}, {escaped(report.started_at)}, pgwhy {escaped(report.version)}"
