"""The page of `--why-not RULE`: each line of each block with yes, no or cannot tell, and the value seen."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.facts import Observations
from pgwhy.manual import topics
from pgwhy.manual.why_not import Block, Line, WhyNot, why_not
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.conditions import WORDS, Answer
from pgwhy.rulebook.rule import Rule
from pgwhy.rulebook.wording import cut
from pgwhy.terminal.width import wrap


def page(rule: Rule, observations: Observations, rulebook: Rulebook, width: int) -> str:
    """What the rule says of these observations, line by line, and whether another one is told before it."""
    return "\n".join(_lines(why_not(rule, observations, rulebook), width)) + "\n"


def blocks(told: WhyNot, width: int) -> Iterator[str]:
    """The lines of each block, with its answer above them."""
    for number, block in enumerate(told.blocks, 1):
        yield ""
        yield f"[[when]] {number} of {len(told.blocks)}: {_said(block.answer)}"
        yield from _block(block, width)


def _lines(told: WhyNot, width: int) -> Iterator[str]:
    yield from wrap(f"{told.rule.id}: {_said(told.answer)}", width)
    yield from wrap(topics.title(told.rule.title), width, "  ")
    yield from blocks(told, width)
    yield ""
    yield from wrap(_outcome(told), width)


def _block(block: Block, width: int) -> Iterator[str]:
    for line in block.lines:
        yield from wrap(topics.condition(line.test), width, f"  {_said(line.answer):<11} ", " " * 18)
        yield from wrap(_seen(line), width, " " * 14, " " * 18)


def _seen(line: Line) -> str:
    if line.seen is None:
        return "nobody looked"
    if isinstance(line.seen, str):
        return f"seen: {topics.value(cut(' '.join(line.seen.split())))}"
    return f"seen: {cut(topics.value(line.seen))}"


def _outcome(told: WhyNot) -> str:
    if told.answer is Answer.NO:
        return "It does not hold: each [[when]] has a line that does not hold."
    if told.answer is Answer.CANNOT_TELL:
        missing = dict.fromkeys(
            line.test.path
            for block in told.blocks
            if block.answer is Answer.CANNOT_TELL
            for line in block.lines
            if line.answer is Answer.CANNOT_TELL
        )
        return f"It could hold: nobody looked at {', '.join(missing)}."
    if told.is_hidden:
        return f"It holds, and is hidden behind {told.before}, which supersedes it."
    if not told.place:
        return "It holds, and is not told: the text is about another service than Postgres."
    if told.place == 1:
        return "It holds, and nothing is told before it."
    return f"It holds, and is told as number {told.place}; {told.before} is told first."


def _said(answer: Answer) -> str:
    return next(word for word, each in WORDS.items() if each is answer).replace("-", " ")
