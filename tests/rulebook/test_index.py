"""The plan finds the same rules as asking each of them, only sooner."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgwhy.engine import reports
from pgwhy.error_text import Origin, clean
from pgwhy.facts import Observations
from pgwhy.probes import VOCABULARY
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.conditions import Answer
from tests.report.scenarios import SLUGS, recorded
from tests.sampling import examples

RULES = reports.all_rules()
WORDS = sorted(
    {word for rule in RULES for b in rule.when for t in b.tests if t.path == "error.message" for word in t.needles}
)


def asked(observations: Observations, rules: Rulebook = RULES) -> list[str]:
    return [held.rule.id for held in rules.ask(observations) if held.answer is Answer.YES]


def found(observations: Observations, rules: Rulebook = RULES) -> list[str]:
    return [held.rule.id for held in rules.matches(observations)]


@pytest.mark.sampled(by=lambda rule: {rule.stage, rule.cause})
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_on_every_example(rule) -> None:
    for example in rule.examples:
        observations = VOCABULARY.observations(example.given)
        assert found(observations) == asked(observations), example.name


@pytest.mark.parametrize("slug", SLUGS)
def test_on_whole_runs(slug: str) -> None:
    assert found(recorded(slug).observations) == asked(recorded(slug).observations)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)), max_size=6), st.sampled_from(["", " ", "\n"]))
def test_on_texts_made_of_the_words_that_rules_ask_for(words: list[str], between: str) -> None:
    observations = Observations({"error": clean(between.join(words), Origin.REPORTED)})
    assert found(observations) == asked(observations)
