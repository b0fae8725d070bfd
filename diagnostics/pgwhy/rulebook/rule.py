"""One rule: what its file says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pgwhy.causes import Cause, FixKind, Needs, Owner, Retry, Severity
from pgwhy.facts import Value
from pgwhy.progress import Stage
from pgwhy.rulebook.compiled import RuleFile
from pgwhy.rulebook.conditions import WORDS, Answer, Block, Test, block
from pgwhy.values import dataclass


@dataclass(frozen=True)
class RuleFix:
    """A fix as the rule has it: texts and values unworded."""

    id: str
    kind: FixKind
    title: str
    steps: str
    caution: str
    applies: Block | None
    """For whom it is (`for`); `None`: for everybody."""
    change: Mapping[str, Any] | None
    """`set`, `remove`, `add_option`, `drop_option`, `repair`, `password`; `None` where pgwhy cannot change it."""
    expect: Block | None
    """NO before the change, YES after it; there exactly if there is a change."""
    needs: Needs | None = None
    """What it needs that pgwhy cannot do; `None`: the rule names nothing."""


@dataclass(frozen=True)
class Example:
    """A case that shows where the rule holds, or where it does not."""

    name: str
    expect: Answer
    given: Mapping[str, Mapping[str, Value]]
    """For `Vocabulary.observations`. Where the file says nothing of `error`, there is no error text (`""`)."""


@dataclass(frozen=True)
class Rule:
    """What one file says."""

    id: str
    place: str
    """The path of its file."""
    said: Mapping[str, Any]
    """The whole file as TOML gives it."""

    @cached_property
    def path(self) -> Path:
        """The path of its file."""
        return Path(self.place)

    @cached_property
    def title(self) -> str:
        """What is wrong, in at most nine words."""
        return str(self.said["title"])

    @cached_property
    def cause(self) -> Cause | None:
        """`None`: it names none."""
        return Cause(self.said["cause"]) if "cause" in self.said else None

    @cached_property
    def severity(self) -> Severity:
        """How bad it is."""
        return Severity(self.said["severity"])

    @cached_property
    def owner(self) -> Owner:
        """Who can do something about it."""
        return Owner(self.said["owner"])

    @cached_property
    def retry(self) -> Retry:
        """Whether waiting helps; that of the cause, if the file does not say."""
        if "retry" in self.said:
            return Retry(self.said["retry"])
        return self.cause.about.retry if self.cause else Retry.NO

    @cached_property
    def stage(self) -> Stage:
        """That of the cause, or of the folder, if the file does not say."""
        return Stage(self.said.get("stage") or (self.cause and self.cause.about.stage) or self.id.partition("/")[0])

    @property
    def because(self) -> str:
        """What it means, in sentences."""
        return str(self.said["because"])

    @cached_property
    def supersedes(self) -> tuple[str, ...]:
        """The ids of rules that follow from it, and are not told beside it."""
        return tuple(self.said.get("supersedes", ()))

    @cached_property
    def references(self) -> tuple[str, ...]:
        """Addresses of pages."""
        return tuple(self.said.get("references", ()))

    @property
    def words_because(self) -> str:
        """Why it asks for words of an error text, and not for what is said (`error.says`); empty: no reason."""
        return str(self.said.get("words_because", ""))

    @cached_property
    def when(self) -> tuple[Block, ...]:
        """It holds where one of these does: made when they are asked, for an error text asks a few of all rules."""
        return tuple(block(tests) for tests in self.said["when"])

    @cached_property
    def fixes(self) -> tuple[RuleFix, ...]:
        """In the order of the file."""
        return tuple(_fix(id, data) for id, data in self.said.get("fix", {}).items())

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """In the order of the file."""
        return tuple(
            Example(data["name"], WORDS[data.get("expect", "yes")], {"error": {"message": ""}} | data["given"])
            for data in self.said.get("example", ())
        )

    @property
    def asks(self) -> tuple[Test, ...]:
        """Every test of its blocks, and of whom its fixes are for."""
        blocks = (*self.when, *(fix.applies for fix in self.fixes if fix.applies))
        return tuple(test for block in blocks for test in block.tests)

    def fix(self, id: str) -> RuleFix:
        """The fix of that id; `KeyError` if there is none."""
        return _fix(id, self.said["fix"][id])


def rule_of(file: RuleFile, data: Mapping[str, Any]) -> Rule:
    """A rule from what its file says. The data has been checked (`rule_file.read`), now or before."""
    return Rule(file.id, file.place, data)


def _fix(id: str, data: Mapping[str, Any]) -> RuleFix:
    return RuleFix(
        id=id,
        kind=FixKind(data["kind"]),
        title=data["title"],
        steps=data.get("steps", ""),
        caution=data.get("caution", ""),
        applies=block(data["for"]) if "for" in data else None,
        change=data.get("change"),
        expect=block(data["expect"]) if "expect" in data else None,
        needs=Needs(data["needs"]) if "needs" in data else None,
    )
