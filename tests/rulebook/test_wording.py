from __future__ import annotations

import pytest

from pgwhy.facts import Observations
from pgwhy.rulebook.wording import MAX_CHARACTERS, cut, exactly, placeholders, say, unworded, word
from tests.small_rules import VOCABULARY

SEEN = VOCABULARY.observations(
    {"target": {"host": "db.example.com", "port": 5432, "problems": ["quoted", "empty"]}, "tls": {"sni_sent": True}}
)
NOTHING = Observations({})


def test_facts_are_put_into_a_text() -> None:
    assert word("{target.host} listens on {target.port}", SEEN) == "db.example.com listens on 5432"
    assert word("It has: {target.problems}.", SEEN) == "It has: quoted, empty."


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (38.24, "38"),
        (3.27, "3.3"),
        (4.0, "4"),
        ((), ""),
        (None, ""),
        ("a", "a"),
    ],
)
def test_a_value_is_said_as_people_write_it(value: object, said: str) -> None:
    assert say(value) == said


def test_a_sentence_about_an_unknown_fact_is_left_out() -> None:
    text = "The name is right. It expires in {tls.expires_in_days} days! Renew it, e.g. with certbot."
    assert word(text, SEEN) == "The name is right. Renew it, e.g. with certbot."


def test_an_empty_fact_is_like_an_unknown_one() -> None:
    empty = VOCABULARY.observations({"target": {"host": ""}})
    assert word("Nothing answers. The host is {target.host}.", empty) == "Nothing answers."
    assert exactly("endpoint={target.endpoint}", empty) is None


def test_a_title_names_the_fact_that_is_unknown() -> None:
    assert word("database {target.host} expires in {tls.expires_in_days} days", SEEN) == (
        "database db.example.com expires in <expires-in-days> days"
    )
    assert unworded("no {target.host} at {tls.trust}") == "no <host> at <trust>"


def test_what_is_done_is_not_guessed() -> None:
    assert exactly("endpoint={target.endpoint}", SEEN) == "endpoint=db"
    assert exactly("endpoint={target.endpoint}", NOTHING) is None
    assert exactly("no fact", NOTHING) == "no fact"


def test_wrapped_lines_become_a_paragraph_and_commands_stay_lines() -> None:
    text = """
The string names {target.host},
which answers.

- look at the port,
  which is {target.port}
1. run
    psql --version
and compare.
"""
    assert word(text, SEEN).splitlines() == [
        "The string names db.example.com, which answers.",
        "",
        "- look at the port, which is 5432",
        "1. run",
        "    psql --version",
        "and compare.",
    ]


def test_a_list_item_about_an_unknown_fact_is_left_out_whole() -> None:
    assert word("1. look\n2. renew before {tls.expires_in_days} days\n3. connect", SEEN) == "1. look\n3. connect"


def test_braces_that_name_no_fact_stay_and_attributes_are_not_followed() -> None:
    for text in ("${DATABASE_URL}", '{"a": 1}', "{target.host.__class__}", "{0.__class__}", "{target}"):
        assert word(text, SEEN) == text
    assert placeholders("{target.host} {tls.trust} {x}") == ["target.host", "tls.trust"]


def test_a_value_that_looks_like_a_fact_is_not_put_in_twice() -> None:
    sly = VOCABULARY.observations({"target": {"host": "{target.port}", "port": 1}})
    assert word("{target.host}", sly) == "{target.port}"


def test_a_long_text_is_cut_around_the_place_that_matters() -> None:
    text = "a" * 5000 + "HERE" + "b" * 5000
    assert cut("short") == "short"
    assert "HERE" in cut(text, 5000)
    assert cut(text, 5000).startswith("...")
    assert cut(text, 5000).endswith("...")
    assert len(cut(text, 5000)) == MAX_CHARACTERS + 6
    assert cut(text).startswith("aaa")
    assert cut(text, len(text)).endswith("bbb")


def test_a_command_keeps_its_line_with_the_name_of_what_is_unknown() -> None:
    text = "Compare:\n    nc {target.host} {target.port}"
    assert word(text, SEEN) == "Compare:\n    nc db.example.com 5432"
    assert word(text, NOTHING) == "Compare:\n    nc HOST PORT"
    assert word("One:\n    {target.host}", NOTHING) == "One:"


@pytest.mark.parametrize("host", ["a;reboot", "$(reboot)", "`reboot`", "a b", "-V", "a|sh", "a\nreboot", "a'", 'a"'])
def test_a_command_holds_no_value_that_a_shell_would_run(host: str) -> None:
    hostile = VOCABULARY.observations({"target": {"host": host}})
    assert word("See:\n    nslookup {target.host}", hostile) == "See:\n    nslookup HOST"
