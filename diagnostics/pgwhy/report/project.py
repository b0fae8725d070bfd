"""The drivers of a project beneath the page of a run: what each will do with the target, and what fixes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pgwhy.report.ladder.rung import Mark
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import wrap

INDENT = " " * 8
_STYLES = {Mark.OK: Style.GOOD, Mark.FAIL: Style.BAD, Mark.NOTE: Style.CARE, Mark.SKIP: Style.QUIET}
_MARKS = {"connects": Mark.OK, "reachable": Mark.OK, "fails": Mark.FAIL, "unknown": Mark.NOTE}
_WORDS = {
    "connects": "should connect: it gets to the password, and this machine logs in",
    "reachable": "gets to the password",
    "unknown": "cannot tell",
    "not asked": "not asked, as nobody gets past the network",
}


def project_lines(project: Mapping[str, Any], width: int) -> Iterator[Line]:
    """`project` is that part of a report. One entry for each driver, and what could not be read."""
    drivers, files = project["drivers"], project["files"]
    read = f"{files} file{'' if files == 1 else 's'} read"
    yield from map(line, wrap(f"Drivers of the project in {project['folder']} ({read})", width, "", "  "))
    if not drivers:
        yield line("  none: no manifest or lock file names a Postgres driver")
    for driver in drivers:
        yield from _driver(driver, width)
    for file in project["left_out"]:
        yield from map(line, wrap(f"  not read: {file}", width, "", " " * 12))


def _driver(driver: Mapping[str, Any], width: int) -> Iterator[Line]:
    mark = _MARKS.get(driver["status"], Mark.SKIP)
    version = f" {driver['version']}" if driver["version"] else ""
    later = " or later" if version and not driver["exact"] else ""
    told = driver["title"] or _WORDS[driver["status"]]
    if driver["status"] == "fails" and not driver["certain"]:
        mark, told = Mark.NOTE, f"{told}, if it is {driver['version']}: a lock file would say"
    texts = wrap(f"{driver['driver']}{version}{later} ({driver['files'][0]}): {told}", width, f"  {mark:<4}  ", INDENT)
    yield begins(texts[0][:6], _STYLES[mark], texts[0][6:])
    yield from map(line, texts[1:])
    if driver["note"]:
        yield from map(line, wrap(driver["note"], width, INDENT))
    if driver["edit"]:
        yield from (line(text, Style.PASTE) for text in wrap(driver["edit"], width, INDENT))
