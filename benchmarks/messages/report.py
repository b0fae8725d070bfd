"""docs/messages.md: how much of each program's messages the catalogue reads. Each program has a section of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.messages.fetch import NotToBeHad
from benchmarks.messages.programs import Release

PAGE = Path(__file__).parents[2] / "docs" / "messages.md"
BEGINNING = """# Messages

Which messages of which program pgwhy reads: the sentences of `rules/messages/`, measured against the source that each
program publishes. `python -m benchmarks.messages` fetches it, searches its connection code for every string that it
can raise, and writes this page. A string is read if pgwhy finds a statement in it, with a neutral word for each value;
a string that says nothing of a connection is left out, with a reason.
"""


def write(program: str, releases: Sequence[Release | NotToBeHad]) -> None:
    """Put the section of one program in place; the others stay as they are."""
    sections = _sections()
    sections[program] = "\n".join(_section(releases))
    PAGE.write_text("\n".join((BEGINNING, *(f"## {name}\n\n{sections[name]}\n" for name in sorted(sections)))), "utf-8")


def _sections() -> dict[str, str]:
    if not PAGE.exists():
        return {}
    parts = PAGE.read_text("utf-8").split("\n## ")[1:]
    return {part.split("\n", 1)[0].strip(): part.split("\n", 1)[1].strip() for part in parts}


def _section(releases: Sequence[Release | NotToBeHad]) -> list[str]:
    rows = ["| Version | Strings | Read | Not read | Left out |", "| --- | --: | --: | --: | --: |"]
    left_out: Counter[str] = Counter()
    for each in releases:
        if isinstance(each, NotToBeHad):
            rows.append(f"| {each.version} | cannot be had here: {each} | | | |")
        else:
            share = f"{len(each.read)} ({len(each.read) / max(1, each.counted):.0%})"
            rows.append(f"| {each.version} | {each.counted} | {share} | {len(each.unread)} | {len(each.left_out)} |")
            left_out.update(set(each.left_out.values()))
    if left_out:
        rows += ["", "Left out: " + "; ".join(sorted(left_out)) + "."]
    return rows
