"""A ticket: everything that support needs, and a list of what was left out and why.

Every text in it comes from a report that was cleaned already; the command that writes them looks once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pgwhy.finding import Report
from pgwhy.report import document, markdown
from pgwhy.report.saved import IN_TICKET
from pgwhy.ticket.inventory import Entry
from pgwhy.ticket.overview import summary


def files(report: Report, machine: Iterable[Entry], left_out: Iterable[str]) -> dict[str, str]:
    """Name → text of every file in the ticket. `machine` is empty for a saved report."""
    from pgwhy.report import html  # its template library is for this file alone

    return {
        "ticket.md": as_markdown(report, machine, left_out),
        IN_TICKET: document.to_text(report),
        "report.html": html.page(report),
    }


def as_markdown(report: Report, machine: Iterable[Entry], left_out: Iterable[str]) -> str:
    """The ticket as one Markdown text: the five lines, the page of the run, the machine, what was left out."""
    return "\n".join(_markdown(report, list(machine), list(left_out))) + "\n"


def left_out_of(report: Report, *, saved: bool) -> list[str]:
    """What a ticket never holds, and what this one does not."""
    password = report.observations.get("target.password")
    lines = [
        "passwords, in whatever form: PASSWORD_HERE replaces each one"
        + (" (this target has none)" if password == "none" else ""),
        "values of environment variables: only the names of PG* and proxy variables, and a proxy's host",
        "other lines of .env, password files, shell history, private keys: not read into the report",
        "rows of your database: the only query asks for version, role, database and a few settings",
    ]
    if saved:
        lines.append("the machine: this ticket was made from a saved report, and maybe elsewhere")
    return lines


def _markdown(report: Report, machine: list[Entry], left_out: list[str]) -> Iterator[str]:
    yield f"# Connection ticket {markdown.escaped(report.report_id)}"
    yield ""
    for said in summary(report):
        yield f"- **{said.label}**: {markdown.escaped(said.text)}"
    yield ""
    yield markdown.page(report).rstrip("\n")
    if machine:
        yield ""
        yield "### The machine"
        yield ""
        yield "| | |"
        yield "|---|---|"
        yield from (f"| {markdown.escaped(entry.name)} | {markdown.escaped(entry.value)} |" for entry in machine)
    yield ""
    yield "### Left out"
    yield ""
    yield from (f"- {markdown.escaped(line)}" for line in left_out)
