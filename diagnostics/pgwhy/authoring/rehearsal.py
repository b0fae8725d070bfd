"""Rule files that are being written, put on trial: their examples against every built-in rule and each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from pgwhy.authoring.lint import example_remarks
from pgwhy.facts import Vocabulary
from pgwhy.progress import Stage
from pgwhy.rulebook import rule_file
from pgwhy.rulebook.book import Rulebook, RuleError
from pgwhy.rulebook.compiled import RuleProblem, read_file
from pgwhy.rulebook.conditions import Answer
from pgwhy.rulebook.rule import Example, Rule, rule_of
from pgwhy.terminal.spelling import did_you_mean
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Rehearsed:
    """One example and what is wrong with it."""

    rule: Rule
    example: Example
    remarks: tuple[str, ...]
    """Empty: it is as the example says."""


def with_files(rulebook: Rulebook, files: Iterable[Path], vocabulary: Vocabulary, repairs: Collection[str]) -> Rulebook:
    """The rulebook with these files in it; one whose id is there already takes that rule's place.

    `RuleError` names everything that is wrong with any of the files.
    """
    rules = {rule.id: rule for rule in rulebook}
    problems: list[RuleProblem] = []
    for path in files:
        try:
            file = read_file(path, rule_id(path))
            rules[file.id] = rule_of(file, rule_file.read(file, vocabulary, repairs))
        except OSError as problem:
            problems.append(RuleProblem(path, "", f"cannot be read: {problem.strerror}"))
        except RuleError as error:
            problems.extend(error.problems)
    for rule in rules.values():
        for other in rule.supersedes:
            if other not in rules:
                near = did_you_mean(other, rules)
                problems.append(RuleProblem(rule.path, "supersedes", f'no rule "{other}"{near}'))
    if problems:
        raise RuleError(problems)
    return Rulebook(tuple(rules[id] for id in sorted(rules)), "")


def rule_id(path: Path) -> str:
    """The id that a file will have: its path in the nearest folder called `rules`, else from its stage's folder on."""
    parts = path.resolve().with_suffix("").parts
    if "rules" in parts[:-1]:
        return "/".join(parts[len(parts) - parts[::-1].index("rules") :])
    stages = [number for number, part in enumerate(parts[:-1]) if part in set(Stage)]
    return "/".join(parts[stages[-1] :] if stages else parts[-1:])


def rehearse(id: str, rulebook: Rulebook, vocabulary: Vocabulary) -> list[Rehearsed]:
    """Every example of one rule of the rulebook, put to the whole of it."""
    rule = rulebook[id]
    return [Rehearsed(rule, each, tuple(example_remarks(rule, each, rulebook, vocabulary))) for each in rule.examples]


def disturbed(ids: Collection[str], rulebook: Rulebook, vocabulary: Vocabulary) -> list[Rehearsed]:
    """The examples of all other rules that go wrong where one of these rules holds as well."""
    new = Rulebook(tuple(rulebook[id] for id in ids), "")
    found = []
    for rule in rulebook:
        for example in rule.examples if rule.id not in ids else ():
            if example.expect is not Answer.YES:
                continue
            held = new.ask(vocabulary.observations(example.given))
            if any(each.answer is Answer.YES for each in held):
                remarks = example_remarks(rule, example, rulebook, vocabulary)
                found.extend([Rehearsed(rule, example, tuple(remarks))] if remarks else [])
    return found
