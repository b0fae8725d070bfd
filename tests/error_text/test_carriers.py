"""A known message says the same wherever it is pasted from."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgwhy.error_text import ErrorText, Origin, clean, translations
from pgwhy.error_text.catalogue import catalogue
from pgwhy.error_text.deciding import counting
from pgwhy.error_text.message import Message
from pgwhy.error_text.says import Says
from pgwhy.error_text.words import Speaker
from tests import sampling
from tests.error_text.carriers import CARRIERS, PREFIXES, wrapped

VALUES = {"port": "5432", "address": "192.0.2.7", "host": "db.example.com", "path": "/srv/pg/root.crt", "number": "3"}
WHOLE = (each for each in catalogue() if not each.is_generic and each.speaker != Speaker.UNKNOWN)
"""Neither what any program can print nor a part of a sentence: what these mean depends on what is around them."""
MESSAGES = sorted(WHOLE, key=lambda each: (each.program, each.text))
TRANSLATIONS = sorted(re.sub(r"(?<!\{)\{\d\}(?!\})", "alex", text) for text, _ in translations.known().rows)
SAID = ("says", "speaker", "phase")
"""What has to be the same. Of a sentence that several programs print, a carrier may show another one of them."""


def written(message: Message) -> str:
    """The message with a value in each hole."""
    return (
        re.sub(r"(?<!\{)\{(\w*)\}(?!\})", lambda hole: VALUES.get(hole[1], "alex"), message.text)
        .replace("{{", "{")
        .replace("}}", "}")
    )


@cache
def said_alone(text: str) -> tuple[object, ...]:
    return said(text)


def said(text: str) -> tuple[object, ...]:
    read: ErrorText = clean(text, Origin.REPORTED)
    return tuple(getattr(read, name) for name in SAID)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_message_says_the_same_in_a_carrier(carrier: str) -> None:
    changed = []
    for message in sampling.part(MESSAGES, list(CARRIERS).index(carrier)):
        text = written(message)
        alone = said_alone(text)
        if alone[0] != Says.NOTHING and (carried := said(CARRIERS[carrier](text))) != alone:
            changed.append((message.program, text, alone, carried))
    assert not changed, f"{len(changed)} of {len(MESSAGES)}: {changed[:5]}"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(MESSAGES), st.sampled_from(sorted(CARRIERS)), st.integers(18, 160))
def test_a_message_says_the_same_wrapped_at_any_column(message: Message, carrier: str, column: int) -> None:
    text = written(message)
    alone = said_alone(text)
    if alone[0] != Says.NOTHING:
        assert said(CARRIERS[carrier](wrapped(text, column))) == alone
        assert said(wrapped(text, column)) == alone


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(MESSAGES), st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=4))
def test_a_message_says_the_same_behind_any_prefix(message: Message, prefixes: list[str]) -> None:
    text = written(message)
    alone = said_alone(text)
    if alone[0] != Says.NOTHING:
        assert said(" ".join((*prefixes, text))) == alone


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(MESSAGES), st.sampled_from(sorted(CARRIERS)), st.sampled_from(sorted(CARRIERS)))
def test_a_message_says_the_same_in_a_carrier_in_a_carrier(message: Message, outer: str, inner: str) -> None:
    text = written(message)
    alone = said_alone(text)
    if alone[0] != Says.NOTHING:
        assert said(CARRIERS[outer](CARRIERS[inner](text))) == alone


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(TRANSLATIONS), st.sampled_from(sorted(CARRIERS)))
def test_a_translation_says_the_same_in_a_carrier(translation: str, carrier: str) -> None:
    found = counting(str(clean(translation, Origin.REPORTED).message))
    if found and not found[0].is_generic and found[0].speaker != Speaker.UNKNOWN:
        assert said(CARRIERS[carrier](translation)) == said_alone(translation)


def test_every_message_is_found_by_itself() -> None:
    unread = [
        (each.program, each.text) for each in MESSAGES if not each.is_generic and said(written(each))[0] == Says.NOTHING
    ]
    assert not unread, f"{len(unread)} of {len(MESSAGES)}: {unread[:5]}"
