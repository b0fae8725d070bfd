"""Every example of every built-in rule, put to the whole rulebook; and the built-in rules as a reviewer sees them."""

from __future__ import annotations

import time

import pytest

from pgwhy import shipped
from pgwhy.authoring.lint import example_remarks, lint
from pgwhy.causes import Severity
from pgwhy.probes import VOCABULARY
from pgwhy.rulebook.book import Rulebook, RuleError, from_folders
from pgwhy.rulebook.conditions import FactCache, Operator
from pgwhy.rulebook.rule import Example, Rule
from pgwhy.target.editing.repair import REPAIRS
from tests.limits import HANGS_S

FOLDER = shipped.built_in()


def read_rules() -> tuple[Rulebook, str]:
    """The rules, parsed and checked, and no problem; or none, and every problem."""
    try:
        return from_folders(VOCABULARY, FOLDER, repairs=frozenset(REPAIRS)), ""
    except RuleError as error:
        return Rulebook((), ""), str(error)


RULEBOOK, PROBLEMS = read_rules()
CASES = [pytest.param(rule, example, id=f"{rule.id}: {example.name}") for rule in RULEBOOK for example in rule.examples]


def test_every_rule_file_can_be_read() -> None:
    assert not PROBLEMS, PROBLEMS
    assert len(RULEBOOK) >= 40


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_an_example_gets_its_answer_and_its_own_rule_first(rule: Rule, example: Example) -> None:
    assert example_remarks(rule, example, RULEBOOK, VOCABULARY) == []


@pytest.mark.full
def test_a_reviewer_has_nothing_to_say() -> None:
    remarks = [str(remark) for remark in lint(RULEBOOK, VOCABULARY)]
    assert not remarks, "\n".join(remarks)


def test_every_stage_has_rules_for_what_fails_there() -> None:
    stages = {rule.stage.value for rule in RULEBOOK if rule.severity is Severity.ERROR}
    assert {"config", "dns", "tcp", "tls", "startup", "auth", "session"} <= stages


def test_no_pattern_is_slow_on_a_long_text_made_against_it() -> None:
    patterns = {
        test.operand: test
        for rule in RULEBOOK
        for block in rule.when
        for test in block.tests
        if test.operator is Operator.MATCHES
    }
    for pattern, test in patterns.items():
        for unit in (pattern.split("|")[0].strip("("), '"a ' * 3, "1:", "a" * 7 + " "):
            hostile = FactCache(VOCABULARY.observations({"error": {"message": (unit * 50_000)[:50_000]}}))
            begin = time.perf_counter()
            test.pattern.search(hostile["error.message"])
            assert time.perf_counter() - begin < HANGS_S, pattern
