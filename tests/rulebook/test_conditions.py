from __future__ import annotations

import itertools
import tomllib

import pytest

from pgwhy.rulebook.conditions import Answer, Block, FactCache, any_of, block, parse
from tests.small_rules import VOCABULARY

NO, CANNOT_TELL, YES = Answer
SEEN = VOCABULARY.observations(
    {
        "target": {"host": "db.example.com", "port": 5432, "problems": ["quoted", "empty"]},
        "tls": {"sni_sent": False, "expires_in_days": 12.5},
        "error": {"message": "FATAL:  Endpoint ID\n  is not   specified", "origin": "reported"},
    }
)


def written(line: str) -> Block:
    return block(tomllib.loads(line))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tls.sni_sent = false", YES),
        ("tls.sni_sent = true", NO),
        ("tls.trust = 'expired'", CANNOT_TELL),
        ("target.host = ['a', 'db.example.com']", YES),
        ("target.host = ['a', 'b']", NO),
        ("target.host = 'DB.EXAMPLE.COM'", NO),
        ("target.endpoint = 'db'", YES),
        ("target.problems = { contains = 'empty' }", YES),
        ("target.problems = { contains = 'emp' }", NO),
        ("target.problems = { contains = ['other', 'quoted'] }", YES),
        ("target.problems = { contains_all = ['quoted', 'empty'] }", YES),
        ("target.problems = { contains_all = ['quoted', 'other'] }", NO),
        ("target.problems = { lacks = 'empty' }", NO),
        ("target.problems = { lacks = ['other', 'another'] }", YES),
        ("target.problems = { empty = false }", YES),
        ("target.problems = { empty = true }", NO),
        ("error.message = { contains = 'endpoint id is NOT specified' }", YES),
        ("error.message = { contains_all = ['fatal', 'specified'] }", YES),
        ("error.message = { contains_all = ['fatal', 'panic'] }", NO),
        ("error.message = { lacks = ['panic'] }", YES),
        ("error.message = { matches = 'endpoint id\\s+is' }", YES),
        ("error.message = { matches = 'endpoint id is' }", NO),
        ("error.message = { matches = '^fatal' }", YES),
        ("error.message = { matches = 'FATAL:  endpoint id\\s' }", YES),
        ("error.message = { matches = 'FATAL: endpoint' }", NO),
        ("error.message = { matches = 'panic|id\\n  is' }", YES),
        ("target.host = { not = 'other' }", YES),
        ("target.host = { not = ['other', 'db.example.com'] }", NO),
        ("tls.trust = { not = 'expired' }", CANNOT_TELL),
        ("target.port = { above = 5431, below = 5433 }", YES),
        ("target.port = { above = 5432 }", NO),
        ("tls.expires_in_days = { below = 14 }", YES),
        ("tls.trust = { empty = true }", CANNOT_TELL),
    ],
)
def test_an_operator_answers_as_it_is_documented(line: str, expected: Answer) -> None:
    assert written(line).answer(FactCache(SEEN)) is expected


def test_all_of_is_the_minimum_and_any_of_the_maximum() -> None:
    lines = {NO: "target.port = 1", CANNOT_TELL: "tls.trust = 'trusted'", YES: "tls.sni_sent = false"}
    facts = FactCache(SEEN)
    for answers in itertools.product(Answer, repeat=2):
        together = Block(tuple(test for answer in answers for test in written(lines[answer]).tests))
        assert together.answer(facts) is min(answers)
        assert any_of([written(lines[answer]) for answer in answers], facts) is max(answers)
    assert any_of([], facts) is NO


def test_a_value_of_another_type_says_nothing_and_raises_nothing() -> None:
    odd = FactCache(VOCABULARY.observations({"target": {"port": "5432", "host": 7, "problems": True}}))
    assert written("target.port = { above = 1 }").answer(odd) is CANNOT_TELL
    assert written("target.host = { contains = 'x' }").answer(odd) is CANNOT_TELL
    assert written("target.problems = { lacks = 'x' }").answer(odd) is CANNOT_TELL
    assert written("target.host = { matches = 'x' }").answer(odd) is CANNOT_TELL


def test_facts_of_a_newer_version_can_be_asked_for() -> None:
    newer = FactCache(VOCABULARY.observations({"quic": {"spoken": True}}))
    assert written("quic.spoken = true").answer(newer) is YES


def test_each_fact_is_looked_up_once_and_each_text_folded_once() -> None:
    class Counting:
        asked = 0

        def get(self, path: str) -> str:
            self.asked += 1
            return "A  text"

    counting = Counting()
    facts = FactCache(counting)  # type: ignore[arg-type]  # only `get` is used
    for _ in range(3):
        assert written("error.message = { contains = 'a text' }").answer(facts) is YES
    assert counting.asked == 1
    assert facts.folded("error.message") is facts.folded("error.message")


def test_a_match_knows_its_place_in_the_text() -> None:
    facts = FactCache(VOCABULARY.observations({"error": {"message": "one two\n\nthree four"}}))
    (by_text,) = parse("error", "message", {"contains": ["nowhere", "three four"]})
    (by_pattern,) = parse("error", "message", {"matches": "t[a-z]+e four"})
    (by_value,) = parse("error", "message", "one two\n\nthree four")
    assert by_text.place(facts) == ("one two three four", 8)
    assert by_pattern.place(facts) == ("one two\n\nthree four", 9)
    assert by_value.place(facts)[1] == 0
