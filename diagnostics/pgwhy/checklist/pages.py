"""The checklist for a terminal, for a ticket (Markdown) and for a program; the browser's page is in `html`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pgwhy.checklist import SCHEMA, Change, Checklist, Entry, State, Weight
from pgwhy.foreign import json_text
from pgwhy.report import markdown, strict
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import wrap

GROUPS = ((Weight.BLOCKS, "Before you go live"), (Weight.GOOD, "Good to have"))
BOXES = {
    State.HOLDS: "[x]",
    State.FAILS: "[!]",
    State.ACCEPTED: "[~]",
    State.OPEN: "[ ]",
    State.UNKNOWN: "[?]",
}
_STYLES = {
    State.HOLDS: Style.GOOD,
    State.FAILS: Style.BAD,
    State.ACCEPTED: Style.CARE,
    State.OPEN: Style.STRONG,
    State.UNKNOWN: Style.CARE,
}


def headline(checklist: Checklist) -> str:
    """`9 of 11 hold; 1 does not, 1 to look at`."""
    held, failed = len(checklist.of(State.HOLDS)), len(checklist.of(State.FAILS))
    accepted, rest = len(checklist.of(State.ACCEPTED)), len(checklist.of(State.OPEN, State.UNKNOWN))
    parts = [f"{failed} {'does' if failed == 1 else 'do'} not"] if failed else []
    parts += [f"{accepted} accepted"] if accepted else []
    parts += [f"{rest} to look at"] if rest else []
    return f"{held} of {len(checklist.entries)} hold" + (f"; {', '.join(parts)}" if parts else "")


def lines(checklist: Checklist, since: Iterable[Change] | None, width: int) -> Iterator[Line]:
    """The page. `since` are the changes since a baseline; `None`: there is none."""
    style = Style.GOOD if checklist.passes else Style.BAD
    yield from (line(text, style) for text in wrap(headline(checklist), width))
    yield from map(line, wrap(checklist.target, width))
    for weight, title in GROUPS:
        entries = [entry for entry in checklist.entries if entry.item.weight is weight]
        if entries:
            yield line()
            yield line(title, Style.STRONG)
            for entry in worst_first(entries):
                yield from _entry(entry, width)
    if since is not None:
        yield line()
        yield from _since(list(since), width)


def document(checklist: Checklist) -> dict[str, Any]:
    """As JSON holds it; what `--baseline` keeps."""
    return {
        "schema": SCHEMA,
        "started_at": checklist.started_at,
        "report_id": checklist.report_id,
        "target": checklist.target,
        "passes": checklist.passes,
        "holds": len(checklist.of(State.HOLDS)),
        "items": [_of_entry(entry) for entry in checklist.entries],
    }


def as_markdown(checklist: Checklist, since: Iterable[Change] | None) -> str:
    """For a ticket or a repository; boxes that GitHub and GitLab draw."""
    return "\n".join(_markdown(checklist, since)) + "\n"


def note(entry: Entry) -> str:
    """Who ticked or accepted it, or why it is as it is; empty if there is nothing to say."""
    if entry.note:
        return entry.note
    if entry.risk is not None:
        return f"accepted by {entry.risk.owner} until {entry.risk.until}: {entry.risk.reason}"
    if entry.tick is not None:
        return f"ticked by {entry.tick.by} on {entry.tick.on}"
    if entry.state is State.UNKNOWN:
        return "not known: this run did not get that far"
    return ""


def to_do(entry: Entry) -> str:
    """Who does what; empty where nothing is to be done."""
    if entry.state is State.HOLDS:
        return ""
    return f"{entry.item.who[0].upper()}{entry.item.who[1:]}: {entry.item.how}"


def worst_first(entries: list[Entry]) -> list[Entry]:
    """What does not hold, what is not known, what nobody ticked, what was accepted, what holds."""
    order = (State.FAILS, State.UNKNOWN, State.OPEN, State.ACCEPTED, State.HOLDS)
    return sorted(entries, key=lambda entry: order.index(entry.state))


def _entry(entry: Entry, width: int) -> Iterator[Line]:
    texts = wrap(entry.item.title, width, f"  {BOXES[entry.state]} ", " " * 6)
    yield begins(texts[0][:5], _STYLES[entry.state], texts[0][5:])
    yield from map(line, texts[1:])
    if told := note(entry):
        yield from (line(text, Style.CARE) for text in wrap(told, width, " " * 6))
    if todo := to_do(entry):
        yield from (line(text, Style.QUIET) for text in wrap(todo, width, " " * 6))


def _since(changes: list[Change], width: int) -> Iterator[Line]:
    yield line("Since the baseline", Style.STRONG)
    if not changes:
        yield line("  nothing has changed")
    for change in changes:
        yield from map(line, wrap(f"{change.title}: {change.before}, now {change.now}", width, "  ", "    "))


def _markdown(checklist: Checklist, since: Iterable[Change] | None) -> Iterator[str]:
    yield f"# {headline(checklist)}"
    yield ""
    when = markdown.escaped(checklist.started_at)
    yield f"{markdown.escaped(checklist.target)}, {when}, report {markdown.code(checklist.report_id)}"
    for weight, title in GROUPS:
        entries = [entry for entry in checklist.entries if entry.item.weight is weight]
        if entries:
            yield from ("", f"## {title}", "")
            for entry in worst_first(entries):
                yield from _markdown_entry(entry)
    if since is not None:
        yield from ("", "## Since the baseline", "")
        told = [f"- {markdown.escaped(c.title)}: {c.before}, now **{c.now}**" for c in since]
        yield from told or ["Nothing has changed."]


def _markdown_entry(entry: Entry) -> Iterator[str]:
    box = "x" if entry.state in (State.HOLDS, State.ACCEPTED) else " "
    mark = f"**{entry.state}**: " if entry.state in (State.FAILS, State.ACCEPTED) else ""
    yield f"- [{box}] {mark}{markdown.escaped(entry.item.title)}"
    for text in (note(entry), to_do(entry)):
        if text:
            yield f"  <br>{markdown.escaped(text)}"
    if entry.state is not State.HOLDS:
        yield f"  <br><{entry.item.reference}>"


def baseline(text: str) -> dict[str, Any]:
    """A `document` that was saved, as far as `checklist.changes` asks for it. Raises `json_text.Unfit`."""
    told: dict[str, Any] = strict.conformed(json_text.read(text), _BASELINE)
    return told


_ITEM = ("id", "title", "state")
_BASELINE = {
    "type": "object",
    "properties": {
        "schema": {"type": "string", "const": SCHEMA},
        "items": {
            "type": "array",
            "items": {"type": "object", "properties": {name: {"type": "string"} for name in _ITEM}, "required": _ITEM},
        },
    },
    "required": ("schema", "items"),
}


def _of_entry(entry: Entry) -> dict[str, Any]:
    item = entry.item
    return {
        "id": item.id,
        "title": item.title,
        "weight": item.weight.value,
        "state": entry.state.value,
        "who": item.who,
        "how": item.how,
        "reference": item.reference,
        "note": note(entry),
        "seen": [{"fact": path, "value": json.loads(json.dumps(value, default=str))} for path, value in entry.seen],
        "accepted": {"owner": entry.risk.owner, "until": str(entry.risk.until), "reason": entry.risk.reason}
        if entry.risk
        else None,
        "ticked": {"by": entry.tick.by, "on": str(entry.tick.on)} if entry.tick else None,
    }
