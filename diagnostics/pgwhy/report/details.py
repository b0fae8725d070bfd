"""What `-v` adds to the page: evidence, settings with their sources, addresses, resolvers, the chain, the timeline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pgwhy.causes import Severity
from pgwhy.finding import Finding, Report
from pgwhy.report.fixes import steps_of
from pgwhy.report.ladder.rung import milliseconds
from pgwhy.terminal.style import Line, Style, line
from pgwhy.terminal.width import columns, wrap

BARS = 30
"""Columns of the widest bar of the timeline."""


def detail_lines(report: Report, width: int) -> Iterator[Line]:
    """Every section that has something to say, each with a blank line and its name before it."""
    for title, rows in (
        ("Because", _because(report, width)),
        ("Ignored as you asked", _ignored(report, width)),
        ("Evidence", _evidence(report, width)),
        ("Settings", _settings(report, width)),
        ("Resolvers", _resolvers(report)),
        ("Addresses", _addresses(report)),
        ("Certificates", _certificates(report, width)),
        ("Server and client said", _messages(report, width)),
        ("Timeline", _timeline(report)),
        ("This run", _run(report)),
    ):
        texts = list(rows)
        if texts:
            yield line()
            yield line(title, Style.STRONG)
            yield from map(line, texts)


def _because(report: Report, width: int) -> Iterator[str]:
    for finding in report.findings:
        yield from wrap(f"{finding.rule} ({finding.severity}): {finding.title}", width, "  ", "    ")
        yield from wrap(finding.because, width, "    ")
        for url in finding.references:
            yield f"    {url}"
        if finding.severity is not Severity.ERROR:
            # The page numbers the fixes of what failed; those of a note stand here and nowhere else.
            yield from _told(finding, width)
        for fix in finding.fixes:
            if fix.connection_string:
                yield f"    with {fix.id}:"
                yield f"      {fix.connection_string}"


def _told(finding: Finding, width: int) -> Iterator[str]:
    for fix in finding.fixes:
        yield from wrap(f"{fix.title}:", width, "    ")
        for step in steps_of(fix):
            yield from wrap(step.text, width, "      ", "        " if step.text.startswith("- ") else "      ")
            yield from (f"          {command}" for command in step.paste.splitlines())


def _ignored(report: Report, width: int) -> Iterator[str]:
    for one in report.extra.get("ignored") or ():
        yield from wrap(f"{one['rule']}: {one['reason']}" if isinstance(one, dict) else one, width, "  ", "      ")


def _evidence(report: Report, width: int) -> Iterator[str]:
    for finding in report.findings:
        for evidence in finding.evidence:
            yield from wrap(f"{evidence.fact} = {_value(evidence.value)}", width, "  ", "      ")


def _settings(report: Report, width: int) -> Iterator[str]:
    for name, setting in report.target.items():
        source = f"  ({setting['source']})" if setting.get("source") else ""
        yield f"  {name} = {setting['value']}{source}"
        for beaten in setting.get("overrode", ()):
            yield f"      overrides {beaten.get('value')}  ({beaten.get('source')})"
    for other in report.observations.get("target.other_candidates") or ():
        yield from wrap(f"not used: {other}", width, "  ", "      ")


def _resolvers(report: Report) -> Iterator[str]:
    for answer in report.observations.get("dns.answers") or ():
        chain = f" via {' > '.join(answer.canonical)}" if answer.canonical else ""
        found = ", ".join(answer.addresses) or ("no address" if answer.rcode == "NOERROR" else answer.rcode)
        asked = " (for comparison)" if answer.compared else ""
        yield f"  {answer.resolver}  {answer.record:<4}  {found}{chain}  {milliseconds(answer.ms)}{asked}"


def _addresses(report: Report) -> Iterator[str]:
    for attempt in report.observations.get("tcp.attempts") or ():
        end = f"{attempt.failure} {attempt.detail}".strip() if attempt.failure else "connected"
        ours = f"  from {attempt.local}" if attempt.local else ""
        yield f"  {attempt.address} port {attempt.port}  {end}  {milliseconds(attempt.ms)}{ours}"


def _certificates(report: Report, width: int) -> Iterator[str]:
    get = report.observations.get
    for certificate in get("tls.chain") or ():
        yield from wrap(certificate.subject, width, "  ")
        yield from wrap(f"issued by {certificate.issuer}", width, "      ")
        if certificate.names:
            yield from wrap(f"for {', '.join(certificate.names)}", width, "      ")
        yield f"      from {certificate.not_before} to {certificate.not_after}"
        yield f"      SHA-256 {certificate.fingerprint}"
    for path, words in (("tls.trust", "judged against"), ("tls.system_trust", "judged against this machine's roots")):
        if (trust := get(path)) is not None:
            store = f" {get('tls.trust_store')}" if path == "tls.trust" and get("tls.trust_store") else ""
            yield from wrap(f"{words}{store}: {trust}", width, "  ", "      ")
    if detail := get("tls.verify_detail"):
        yield from wrap(detail, width, "      ")


def _messages(report: Report, width: int) -> Iterator[str]:
    said: dict[str, str] = {}
    for record, facts in report.observations.plain().items():
        for name, value in facts.items():
            if isinstance(value, str) and value and (name == "message" or name.endswith("_message")):
                said.setdefault(value, f"{record}.{name}")
    for message, path in said.items():
        yield f"  {path}"
        for text in message.splitlines():
            yield from wrap(text, width, "      ")


def _timeline(report: Report) -> Iterator[str]:
    spans = sorted(report.timeline, key=lambda span: (span.start_ms, span.end_ms))
    if not spans:
        return
    whole = max(span.end_ms for span in spans) or 1
    labels = [f"{span.probe}: {span.label}" for span in spans]
    room = min(40, max(map(columns, labels)))
    for span, label in zip(spans, labels, strict=True):
        start = round(span.start_ms / whole * BARS)
        length = max(1, round((span.end_ms - span.start_ms) / whole * BARS))
        bar = (" " * start + "=" * length).ljust(BARS + 1)
        outcome = "" if span.outcome == "ok" else f"  {span.outcome}"
        yield f"  {label[:room]:<{room}}  {bar}{milliseconds(span.end_ms - span.start_ms)}{outcome}"


def _run(report: Report) -> Iterator[str]:
    yield f"  report {report.report_id}, started {report.started_at}, took {milliseconds(report.duration_ms)}"
    yield f"  pgwhy {report.version}, rules {report.rules_digest[:12]}"
    version = report.tested_as.get("version")
    yield f"  tested as {report.tested_as.get('client')}" + (f" {version}" if version else "")


def _value(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
