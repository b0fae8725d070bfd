"""Where no cause was found: what is possible, what is ruled out, and how to find out."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.causes import Cause
from pgwhy.finding import Next, Report
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import columns, shortened, wrap

COMMAND = 24
"""Columns for a command; of a longer one the explanation is below."""


def question_lines(report: Report, width: int, doubts: int, steps: int) -> Iterator[Line]:
    """At most `doubts` lines of what is possible, and `steps` of how to find out."""
    verdict = report.verdict
    titles = list(dict.fromkeys(doubt.title for doubt in report.fits))
    for index, title in enumerate(titles[:doubts]):
        yield from labelled("" if index else "Possible", title, width)
    if verdict.ruled_out:
        yield from labelled("Ruled out", ", ".join(_ruled_out(report)), width, limit=max(1, doubts // 2))
    if verdict.next:
        yield line("To find out, quickest check first", Style.STRONG)
        for number, step in enumerate(verdict.next[:steps], 1):
            yield from _step(number, step, width)


def labelled(label: str, text: str, width: int, limit: int = 99, column: int = 11) -> Iterator[Line]:
    """`Possible   a load balancer ...`: a label, and its text from `column` on, at most `limit` lines of it."""
    lines = wrap(text, width, f"{label:<{column}}", " " * column)
    if len(lines) > limit:
        lines = [*lines[: limit - 1], shortened(lines[limit - 1] + " ...", width)]
    yield begins(label, Style.STRONG, lines[0][len(label) :])
    yield from (line(text) for text in lines[1:])


def _step(number: int, step: Next, width: int) -> Iterator[Line]:
    beside = f"  {number}  {step.command:<{COMMAND}} {step.settles}"
    if columns(step.command) <= COMMAND and columns(beside) <= width:
        yield line(beside)
        return
    yield line(f"  {number}  {step.command}")
    yield from (line(text) for text in wrap(step.settles, width, " " * 5))


def _ruled_out(report: Report) -> list[str]:
    """What is ruled out, in few words; nothing that was never in question."""
    causes = [cause for cause, _ in report.verdict.ruled_out]
    if Cause.TLS_HANDSHAKE_FAILED in causes:
        causes = [cause for cause in causes if cause not in (Cause.TLS_VERSION_MISMATCH, *_UNTIL_TLS)]
    if not report.observations.get("dns.ipv6_count"):
        causes = [cause for cause in causes if cause is not Cause.IPV6_UNREACHABLE]
    return list(dict.fromkeys(_IN_WORDS.get(cause, cause.replace("-", " ")) for cause in causes))


_UNTIL_TLS = (Cause.NOT_A_POSTGRES_SERVER, Cause.SSL_NOT_SUPPORTED_BY_SERVER)
_IN_WORDS: dict[Cause, str] = {
    Cause.DNS_NOT_FOUND: "DNS",
    Cause.DNS_TEMPORARY_FAILURE: "DNS",
    Cause.CONNECTION_REFUSED: "a closed port",
    Cause.CONNECTION_TIMEOUT: "a dropping firewall",
    Cause.PORT_BLOCKED: "a dropping firewall",
    Cause.IPV6_UNREACHABLE: "IPv6",
    Cause.NOT_A_POSTGRES_SERVER: "another service on the port",
    Cause.SSL_NOT_SUPPORTED_BY_SERVER: "a server without TLS",
    Cause.TLS_VERSION_MISMATCH: "TLS version",
    Cause.TLS_HANDSHAKE_FAILED: "the TLS handshake",
    Cause.SNI_MISSING: "SNI",
    Cause.IP_NOT_ALLOWED: "an allow list",
    Cause.SERVER_SILENT: "a silent server",
    Cause.WRONG_PASSWORD: "password",
    Cause.ROLE_NOT_FOUND: "role",
}
"""Causes in the words of a person who excludes them; others by their slug."""
