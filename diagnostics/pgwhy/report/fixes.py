"""What to do: each fix with its number, the line to paste whole on a line of its own, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pgwhy.finding import Fix, FixKind, Needs, Report, Verification
from pgwhy.report.headline import whole_sentences
from pgwhy.report.ladder.rung import tidied
from pgwhy.target.editing.steps import Append, DeleteLine, Remove, Replace, Run, Step, Write, sentence
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import columns, shortened, wrap
from pgwhy.values import dataclass, replace

INDENT = " " * 7
PASTE_INDENT = " " * 11
SHORT = 40
"""Columns up to which a change is said in one line, as `before → after`."""
LEAST = 6
"""Columns from which a piece is on a line of its own: shorter, it is read best in its sentence."""


def fix_lines(report: Report, width: int, count: int, steps: int) -> Iterator[Line]:
    """The fixes of the first finding and of those that look the same; at most `count`, `steps` lines of prose for each.

    What did its part in this run is never left out for something that was not shown to.
    """
    remedies = offered(report)
    tried = any(remedy.verification is not Verification.NOT_TRIED for remedy in remedies)
    proved = [i for i, remedy in enumerate(remedies) if remedy.verification is Verification.CONFIRMED]
    proved += [i for i, remedy in enumerate(remedies) if remedy.verification is Verification.ADVANCED]
    # Next comes the first one: it fixes the cause, even where only a workaround could be tried.
    shown = sorted(list(dict.fromkeys([*proved[:1], *range(len(remedies)), *proved]))[:count])
    for index in shown:
        yield from _fix(index + 1, remedies[index], width, steps)
        if tried or remedies[index].edit_steps:
            yield from _outcome(remedies[index], width, steps)
    left = len(remedies) - len(shown)
    if left:
        yield line(f"{INDENT}{left} more: add -v", Style.QUIET)


def offered(report: Report) -> tuple[Fix, ...]:
    """The fixes in the order in which they are numbered."""
    rules = {report.verdict.rule, *(rule for _, rule in report.verdict.also)}
    return tuple(fix for finding in report.findings if finding.rule in rules for fix in finding.fixes)


def _fix(number: int, remedy: Fix, width: int, steps: int) -> Iterator[Line]:
    label = f"Fix {number}"
    title = f"(a test, not to be kept) {remedy.title}" if remedy.kind is FixKind.TEST_ONLY else remedy.title
    orders = instructions(remedy.edit_steps, width)
    todo = remedy.edit_steps
    if len(todo) == 1 and _says_it_all(todo[0], title):
        title, orders = orders[0].text, []
    found = [] if remedy.edit_steps else steps_of(remedy)
    body = _steps(found, width, steps)
    joins = orders and (orders[0].paste or not isinstance(todo[0], Replace))
    joined = wrap(f"{title}: {orders[0].text}", width, f"{label:<7}", INDENT) if joins else []
    head = joined if len(joined) == 1 else wrap(title, width, f"{label:<7}", INDENT)
    if found and not body:
        mark = _left(len(found))
        fits = columns(head[-1]) + columns(mark) + 3 <= width
        head = [*head[:-1], f"{head[-1]} ({mark})"] if fits else [*head, f"{INDENT}{mark}"]
    yield begins(label, Style.STRONG, head[0][len(label) :])
    yield from map(line, head[1:])
    for order in orders:
        if head is not joined or order is not orders[0]:
            yield from map(line, wrap(order.text, width, INDENT))
        if order.paste:
            yield line(PASTE_INDENT + order.paste, Style.PASTE)
    yield from body
    if remedy.caution:
        yield from (line(text, Style.CARE) for text in _cut(f"Caution: {remedy.caution}", width, 2 + steps))


@dataclass(frozen=True)
class Instruction:
    """One line of an edit."""

    text: str
    paste: str = ""
    """What is on a line of its own, to copy as a whole; several lines in a step; empty where `text` says it all."""


def instructions(edit: Iterable[Step], width: int = 80) -> list[Instruction]:
    """The steps of an edit, each with what to copy on a line of its own where it is long enough for that."""
    return [_instruction(step, width - columns(INDENT)) for step in edit]


def _instruction(step: Step, room: int) -> Instruction:
    match step:
        case Replace(where, before, after):
            whole = f"{where}: {before} → {after}"
            if (
                columns(before) + columns(after) <= SHORT and columns(whole) < room
            ):  # in ASCII the arrow has two columns
                return Instruction(whole)
            return Instruction(f"{where}: replace {before} with:", after)
        case Remove(text) | DeleteLine(text=text) if columns(text) >= LEAST and not re.search(r"\s", text):
            return Instruction(sentence(step, marks=False))
        case Append(text, place) if columns(text) >= LEAST:
            return Instruction(f"append{_spaced(text)} to {place}:", text.strip())
        case Run(where, command) if columns(command) >= LEAST:
            return Instruction(f"{where} run:", command)
        case Write(before, text, behind) if columns(text) >= LEAST:
            return Instruction(f"{before}{_spaced(text)}{behind}".rstrip(":") + ":", text.strip())
    return Instruction(sentence(step))  # `%40` for `@`: without its marks it could not be read


def _spaced(text: str) -> str:
    return ", after a space," if text.startswith(" ") else ""


def _says_it_all(step: Step, title: str) -> bool:
    """`remove &sslsni=0 from DATABASE_URL` under the title `remove sslsni=0`."""
    return isinstance(step, Remove) and title == f"remove {step.text.strip('?&')}"


def steps_of(remedy: Fix) -> list[Instruction]:
    """The steps of a fix, each with its commands to paste, one a line: they are what is indented by four spaces."""
    found: list[Instruction] = []
    for text in filter(str.strip, remedy.steps.splitlines()):
        if not text.startswith(" " * 4):
            found.append(Instruction(text.strip()))
        else:
            last = found.pop() if found else Instruction("")
            found.append(Instruction(last.text, f"{last.paste}\n{text.strip()}".strip()))
    return found


def _steps(found: list[Instruction], width: int, limit: int) -> list[Line]:
    """As many whole steps as have room, none without its commands, and how many are left; of one, whole sentences."""
    lines, shown = list[Line](), 0
    for step in found:
        texts = _texts(step.text, width) if step.text else []
        commands = [line(PASTE_INDENT + command, Style.PASTE) for command in step.paste.splitlines()]
        if len(lines) + len(texts) + len(commands) > limit:
            break
        lines += [*map(line, texts), *commands]
        shown += 1
    left = _left(len(found) - shown, "more ")
    if found and not shown and not found[0].paste and limit:
        kept = " ".join(" ".join(whole_sentences(found[0].text, width, limit, INDENT)).split())
        lines = [*map(line, _texts(kept, width))] if kept else []
        left = "the rest: add -v"
    if not lines or shown == len(found):
        return lines
    # On the last line where it has room there, but never behind a command.
    joined = f"{lines[-1].text} ({left})"
    if (shown and found[shown - 1].paste) or columns(joined) > width:
        return [*lines, line(f"{INDENT}{left}", Style.QUIET)]
    return [*lines[:-1], line(joined)]


def _left(count: int, more: str = "") -> str:
    return f"{count} {more}{'step' if count == 1 else 'steps'}: add -v"


def _texts(step: str, width: int) -> list[str]:
    return wrap(step, width, INDENT, INDENT + _hanging(step))


def _hanging(part: str) -> str:
    """`1. ` and `- ` stand alone: what follows them goes on behind them."""
    mark = re.match(r"\s*(?:\d+[.)]|-) ", part)
    return " " * len(mark[0]) if mark else ""


def _cut(text: str, width: int, limit: int) -> list[str]:
    """The sentences of a text that fit; its beginning where not even the first one does."""
    lines = wrap(text, width, INDENT)
    if len(lines) <= limit:
        return lines
    return whole_sentences(text, width, limit, INDENT) or [
        *lines[: limit - 1],
        shortened(lines[limit - 1] + " ...", width),
    ]


_WORDS = {
    Verification.CONFIRMED: ("CONFIRMED", Style.GOOD),
    Verification.ADVANCED: ("ADVANCED", Style.CARE),
    Verification.REFUTED: ("REFUTED", Style.BAD),
    Verification.INCONCLUSIVE: ("inconclusive", Style.CARE),
    Verification.NOT_TRIED: ("not tried", Style.QUIET),
}


def outcome(remedy: Fix) -> tuple[str, str]:
    """What became of a fix: a word, and how the sentence goes on behind it."""
    word, _ = _WORDS[remedy.verification]
    if not remedy.edit_steps and remedy.verification is Verification.NOT_TRIED:
        who = "pgwhy cannot change your client" if remedy.needs is Needs.UPGRADE else "only you can do this"
        return word, f" ({who})"
    # Of a client's message only its point: the address is above it already.
    said = " ".join(replace(remedy, message=tidied(remedy.message)).note.split())
    return word, f": {said}" if said else ""


def _outcome(remedy: Fix, width: int, steps: int) -> Iterator[Line]:
    if not remedy.edit_steps and remedy.verification is Verification.NOT_TRIED and not steps:
        return
    word, note = outcome(remedy)
    _, style = _WORDS[remedy.verification]
    lines = _cut(f"{word}{note}", width, 2)
    yield begins(lines[0][: columns(INDENT) + len(word)], style, lines[0][columns(INDENT) + len(word) :])
    yield from (line(text) for text in lines[1:])
