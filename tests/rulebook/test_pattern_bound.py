"""What a search can cost is counted from above: here each search is counted step by step, and never costs more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pgwhy.rulebook import pattern_bound
from pgwhy.rulebook.characters import of_class
from pgwhy.rulebook.pattern_bound import STEPS, Refused, cost
from tests.sampling import examples

ACCEPTED = (
    r'"[^"]*" does not exist',
    r"code \d+",
    r".{0,80}refused",
    r"^\w+: ",
    r'(host name "|ENOTFOUND )[^"\s:]*@',
    r"server \d+\.\d+",
    r'"[^"\s]+\s+"',
    r"\((\d{1,3}\.){3}\d{1,3}\)",
    r"(?i:a|b)(?!c)",
    r"x(?:ab)*c",
    r"(?m)^error: +x",
    r"^(?!(ep|br)-[a-z]+-[a-z]+$)",
)
REFUSED = (
    r"refused.*5432",
    r"\S+@host",
    r'x[^"]*y[^"]*z',
    r"(a+)+b",
    r"(a+)+$",
    r"(.*)+x",
    r"(a|a)*b",
    r"(a|a){0,30}b",
    r"(a?){30}a{30}",
    r'"(a|b\d+){2,}',
    r'x(a|")[^"]*',
    r"(.{0,40}x){0,40}",
    r"[a-z]+\d",
    r"(x+x+)+y",
    r".{0,300}.{0,300}.{0,300}x",
    r"(?:(?:a{1,100}){1,100}){1,100}b",
    r"(\w+) \1",
    r"(?s)\n.*x",
    "k[^\u212a]*x",  # the Kelvin sign is a k where case does not count
    r"(a)?(?(1)b|c)",
    "(" * 500 + ")" * 500,
    "(" * 50 + "a" + ")" * 50,
    "a" * 3000,
    "[[a]",
    "a{300}" * 330,
    "[\u1000-\uc000]" * 200,
    r"[^a-y\s]{0,3}" * 150,
    "(",
)


@pytest.mark.parametrize("pattern", ACCEPTED)
def test_a_pattern_whose_search_is_linear_is_accepted(pattern: str) -> None:
    assert cost(pattern) <= STEPS


@pytest.mark.parametrize("pattern", REFUSED)
def test_a_pattern_whose_search_may_not_end_is_refused(pattern: str) -> None:
    try:
        assert cost(pattern) > STEPS
    except Refused as refused:
        assert str(refused)


def test_without_the_parts_of_a_pattern_none_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_bound, "_parser", None)
    with pytest.raises(Refused, match="cannot be examined"):
        cost("a")


PIECE = st.sampled_from(
    ["a", "b", "ab", "aa", ".", "[ab]", "[^a]", '"', r"\d", r"\s", " ", "^", "$", r"\b", "(?=a)", "(?!b)", "1", "\n"]
)
REPEAT = st.sampled_from(["", "?", "*", "+", "{0,3}", "{2}", "{1,5}", "*?", "{0,2}?"])


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sequence = st.lists(parts, min_size=1, max_size=4).map("".join)
    group = st.lists(sequence, min_size=1, max_size=3).map(lambda each: f"(?:{'|'.join(each)})")
    return st.builds(lambda body, times: body + times, group, REPEAT)


ATOM = st.builds(lambda piece, times: f"(?:{piece}){times}" if times else piece, PIECE, REPEAT)
PATTERNS = st.lists(st.recursive(ATOM, _joined, max_leaves=8), min_size=1, max_size=5).map("".join)
TEXTS = st.one_of(
    st.text(alphabet='ab"1 \n', max_size=40),
    st.builds(
        lambda unit, times: (unit * times)[:60], st.text(alphabet='ab"1 \n', min_size=1, max_size=4), st.just(60)
    ),
)


@pytest.mark.full
@settings(max_examples=examples(1500), deadline=None, suppress_health_check=list(HealthCheck))
@given(pattern=PATTERNS, text=TEXTS)
@example(pattern=r'"[^"]{0,5}a[^"]{0,5}1', text='"' + "a" * 40)
@example(pattern="a{0,5}a{0,5}b", text="a" * 50)
@example(pattern="^(?:a|a|(?:a)?)", text="1")
@example(pattern="(?:ab){1,3}(?:aba|b)?1", text="ab" * 30)
def test_no_search_takes_more_steps_than_it_was_counted_for(pattern: str, text: str) -> None:
    try:
        bound = cost(pattern)
    except Refused:
        return
    if bound > 10**5:
        return
    steps = _Counted(pattern, text).steps()
    assert steps <= bound * (len(text) + 1), (pattern, text, steps, bound)


class _Counted:
    """A backtracking search that goes through every way, as `re` does where nothing matches, and counts."""

    def __init__(self, pattern: str, text: str) -> None:
        parsed = pattern_bound._parser.parse(pattern, re.IGNORECASE)
        self.items, self.text, self.count = list(parsed), text, 0.0

    def steps(self) -> float:
        for start in range(len(self.text) + 1):
            for _ in self.ways(self.items, start):
                pass
        return self.count

    def ways(self, items: list[Any], at: int) -> Iterator[int]:
        if not items:
            yield at
            return
        for end in self.item(items[0], at):
            yield from self.ways(items[1:], end)

    def item(self, item: Any, at: int) -> Iterator[int]:
        name, argument = str(item[0]), item[1]
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            counted = len(argument[2]) == 1 and str(argument[2][0][0]) in ("ANY", "LITERAL", "NOT_LITERAL")
            yield from self.repeat(list(argument[2]), argument[0], argument[1], at, 0.1 if counted else 1)
        elif name == "SUBPATTERN":
            yield from self.ways(list(argument[-1]), at)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from self.ways(list(branch), at)
        elif name in ("ASSERT", "ASSERT_NOT"):
            found = list(self.ways(list(argument[1]), at)) != []
            if found is (name == "ASSERT"):
                yield at
        elif name == "AT":
            if _AT[str(argument)](self.text, at):
                yield at
        elif self.character(item, at, 1):
            yield at + 1

    def repeat(self, body: list[Any], least: int, most: int, at: int, weight: float) -> Iterator[int]:
        ends, done = [at], 0
        if least == 0:
            yield at
        while ends and done < most:
            if weight < 1 or (len(body) == 1 and str(body[0][0]) == "IN"):
                ends = [end + 1 for end in ends if self.character(body[0], end, weight)]
            else:
                ends = [then for end in ends for then in self.ways(body, end) if then > end]
            done += 1
            if done >= least:
                yield from ends

    def character(self, item: Any, at: int, weight: float) -> bool:
        if at >= len(self.text):
            return False
        self.count += weight
        name, argument = str(item[0]), item[1]
        text = self.text[at]
        if name == "LITERAL":
            return text.lower() == chr(argument).lower()
        if name == "NOT_LITERAL":
            return text.lower() != chr(argument).lower()
        if name == "ANY":
            return text != "\n"
        bits = of_class(argument)
        return bool(bits >> ord(text) & 1)


_AT: dict[str, Callable[[str, int], bool]] = {
    "AT_BEGINNING": lambda text, at: at == 0,
    "AT_END": lambda text, at: at == len(text) or (at == len(text) - 1 and text[at] == "\n"),
    "AT_BOUNDARY": lambda text, at: (at > 0 and text[at - 1].isalnum()) != (at < len(text) and text[at].isalnum()),
}
