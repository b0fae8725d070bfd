from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy.authoring.lint import asks_words, lint, unasked
from pgwhy.authoring.pages.rules_readme import BEGIN, refreshed
from pgwhy.error_text.says import Says
from pgwhy.probes import VOCABULARY as WHOLE
from pgwhy.rulebook.book import from_folders, load
from pgwhy.rulebook.conditions import Operator
from pgwhy.rulebook.patterns import branches, needles
from tests.small_rules import VOCABULARY, write_rule

EXAMPLES = """
[[example]]
name = "it has expired"
[example.given]
tls.trust = "expired"

[[example]]
name = "it is trusted"
expect = "no"
[example.given]
tls.trust = "trusted"
"""
FIX = '[fix.renew]\nkind = "repair"\ntitle = "renew it"\nsteps = "Ask its owner."\n'
WHEN = "tls.trust = 'expired'"
LINKS = '["https://example.com/expired"]'


def remarks(folder: Path) -> list[str]:
    return [f"{remark.key}: {remark.says}" for remark in lint(from_folders(VOCABULARY, folder), VOCABULARY)]


def test_a_good_rule_gets_no_remark(tmp_path: Path) -> None:
    write_rule(tmp_path, "tls/expired", WHEN, references=LINKS, rest=FIX + EXAMPLES)
    assert remarks(tmp_path) == []


@pytest.mark.parametrize(
    ("keys", "remark"),
    [
        ({"title": f'"{"a" * 73}"'}, "title: has 73 characters; 72 fit on the page"),
        ({"title": '"it is broken."'}, "title: ends with a full stop"),
        ({"title": '"The server is broken"'}, "title: begins with a capital letter"),
        ({"because": '"because of it"'}, "because: is at least one whole sentence"),
        ({"references": ""}, "references: missing"),
        ({"references": '["http://example.com"]'}, "references: http://example.com is no https address"),
        ({"because": '"It is {host}."'}, "because: {host} is printed unchanged"),
        ({"because": '"Log in with a password: host=localhost."'}, "because: reads like a password, and a part of it"),
    ],
)
def test_texts_and_references_are_looked_at(tmp_path: Path, keys: dict[str, str], remark: str) -> None:
    write_rule(tmp_path, "tls/expired", WHEN, rest=FIX + EXAMPLES, **{"references": LINKS, **keys})
    assert any(found.startswith(remark) for found in remarks(tmp_path)), remarks(tmp_path)


@pytest.mark.parametrize("title", ["Neon's proxy is late", "SNI is missing", "IPv6 is broken", "PGHOST says otherwise"])
def test_a_title_may_begin_with_a_name(tmp_path: Path, title: str) -> None:
    write_rule(tmp_path, "tls/expired", WHEN, references=LINKS, title=f'"{title}"', rest=FIX + EXAMPLES)
    assert remarks(tmp_path) == []


@pytest.mark.parametrize(
    ("fix", "remark"),
    [
        ("", "fix: missing: an error tells what to do"),
        (FIX.replace("steps", "#"), "fix.renew.steps: missing"),
        (FIX.replace("Ask its owner", "Set sslmode=disable"), 'advises to weaken TLS: "sslmode=disable"'),
        (FIX.replace("renew it", "turn TLS off"), "fix.renew.title: advises to weaken TLS"),
        (FIX.replace("Ask its owner", "Add ssl: { rejectUnauthorized: false }"), "advises to weaken TLS"),
        (FIX + "for = { tls.sni_sent = true }", None),
        (FIX + "for = { tls.trust = 'trusted' }", "fix.renew: is offered in no example that says yes"),
        (FIX.replace("Ask its owner", "Never set sslmode=disable"), None),
        (FIX.replace("Ask its owner", "Change sslmode=disable to sslmode=require"), None),
    ],
)
def test_fixes_are_looked_at(tmp_path: Path, fix: str, remark: str | None) -> None:
    write_rule(tmp_path, "tls/expired", WHEN, references=LINKS, rest=fix + EXAMPLES)
    found = remarks(tmp_path)
    assert any(remark in one for one in found) if remark else not found, found


@pytest.mark.parametrize(
    ("examples", "remark"),
    [
        ("", "example: missing: a case that says yes"),
        (EXAMPLES.partition("\n\n[[")[0], 'example: missing: a near miss, with expect = "no"'),
        (EXAMPLES.replace('"no"', '"cannot-tell"'), "the rule says no, expected is cannot-tell"),
        (EXAMPLES.replace('tls.trust = "trusted"', "target.port = 1"), "says cannot-tell (tls.trust not given)"),
        (EXAMPLES.replace("it has expired", "it is trusted"), "example[1].name: is there twice"),
    ],
)
def test_examples_are_looked_at(tmp_path: Path, examples: str, remark: str) -> None:
    write_rule(tmp_path, "tls/expired", WHEN, references=LINKS, rest=FIX + examples)
    assert any(remark in found for found in remarks(tmp_path)), remarks(tmp_path)


def test_an_example_is_put_to_the_whole_rulebook(tmp_path: Path) -> None:
    write_rule(tmp_path, "a/expired", WHEN, references=LINKS, rest=FIX + EXAMPLES)
    write_rule(tmp_path, "b/first", WHEN, references=LINKS, stage='"tcp"', rest=FIX + EXAMPLES)
    assert remarks(tmp_path) == ['example[1] "it has expired": b/first is told first']


def test_what_supersedes_may_not_hide_what_is_worse_or_be_hidden_in_turn(tmp_path: Path) -> None:
    write_rule(tmp_path, "a/one", WHEN, references=LINKS, supersedes='["b/two"]', severity='"note"', rest=EXAMPLES)
    write_rule(tmp_path, "b/two", WHEN, references=LINKS, supersedes='["a/one"]', rest=FIX + EXAMPLES)
    assert remarks(tmp_path) == [
        "supersedes: b/two supersedes this rule in turn: where both hold, neither is told",
        "supersedes: hides b/two, which is worse (error)",
        'example[1] "it has expired": the rule holds and is hidden behind b/two',
        "supersedes: a/one supersedes this rule in turn: where both hold, neither is told",
        'example[1] "it has expired": the rule holds and is hidden behind a/one',
    ]


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (r'"[^"]*" does not exist', ('" does not exist',)),
        (r'(host name "|ENOTFOUND )[^"\s:]*@', ('host name "', "ENOTFOUND ")),
        (r"(?:refused|)ab?c", ("a",)),
        (r"x(optional)?y", ("x",)),
        (r"(?!not)\w+", ()),
        (r"(\d+|code) ", ()),
        (r"(?:abc)+", ("abc",)),
    ],
)
def test_what_a_pattern_needs_is_known(pattern: str, texts: tuple[str, ...]) -> None:
    assert needles(pattern) == texts


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("a|b|c", ("a", "b", "c")),
        ("(a|b)c|d", ("(a|b)c", "d")),
        (r"[|)]x|\|y|z", ("[|)]x", r"\|y", "z")),
        (r"[^]|]|[\]|]b", ("[^]|]", r"[\]|]b")),
        ("no other", ("no other",)),
        (r"(a|b)\1|c", (r"(a|b)\1|c",)),
        ("(?s)a|b", ("(?s)a|b",)),
        ("(?i:a|b)|c", ("(?i:a|b)", "c")),
    ],
)
def test_a_pattern_is_taken_apart_into_its_alternatives(pattern: str, parts: tuple[str, ...]) -> None:
    assert branches(pattern) == parts


def test_the_alternatives_of_every_rules_pattern_find_what_the_whole_finds() -> None:
    rules = load(WHOLE)
    tests = [test for rule in rules for block in rule.when for test in block.tests if test.operator is Operator.MATCHES]
    texts = [str(example.given["error"].get("message")) for rule in rules for example in rule.examples]
    for test in tests:
        for text in texts:
            assert bool(test.pattern.search(text)) == any(each.pattern.search(text) for each in test.branches)


def test_the_catalogue_follows_the_rules_and_keeps_the_page_above_it(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    write_rule(rules, "tls/expired", WHEN, title='"{target.host} has expired"')
    text = refreshed(from_folders(VOCABULARY, rules), f"# How to write a rule\n\n{BEGIN}\n\nold")
    assert text.startswith(f"# How to write a rule\n\n{BEGIN}\n\n1 rules.")
    assert "| [tls/expired](tls/expired.toml) | certificate-expired | &lt;host> has expired |" in text
    assert refreshed(from_folders(VOCABULARY, rules), text) == text


def test_each_text_of_a_rule_is_asked_for_words_that_trip_a_reader(tmp_path: Path) -> None:
    rest = '[fix.renew]\nkind = "repair"\ntitle = "make it anew"\nsteps = "Ask whoever runs it."\ncaution = "Mostly."\n'
    write_rule(
        tmp_path,
        "tls/expired",
        WHEN,
        title='"what stands there"',
        because='"It says no."',
        references=LINKS,
        rest=rest + EXAMPLES,
    )
    assert remarks(tmp_path) == [
        'title: "stands": write is',
        'because: "says no": write rejects',
        'fix.renew.title: "anew": write again, or new',
        'fix.renew.steps: "whoever": write the person who, or a role such as the administrator',
        'fix.renew.caution: "Mostly": write usually',
    ]


def test_a_reason_for_words_is_kept_and_is_only_for_a_rule_that_asks_for_words(tmp_path: Path) -> None:
    keys = {"references": LINKS, "words_because": '"Nothing says it."', "rest": FIX + EXAMPLES}
    write_rule(tmp_path, "tls/expired", WHEN, **keys)
    assert [rule.words_because for rule in from_folders(VOCABULARY, tmp_path)] == ["Nothing says it."]
    assert remarks(tmp_path) == ["words_because: it does not ask error.message: delete the reason"]


@pytest.mark.parametrize(
    ("when", "because", "is_remarked"),
    [
        ("error.says = 'refused'", "From this machine the port is closed.", True),
        ("error.says = 'refused'", "Nothing listens there. It can be seen in its log.", True),
        ("error.says = 'refused'", "From this machine its trust is {tls.trust}. The server may be down.", False),
        ("error.says = 'refused'\ntls.trust = 'expired'", "From this machine the port is closed.", False),
    ],
)
def test_a_rule_for_a_text_alone_says_nothing_that_only_a_probe_sees(
    tmp_path: Path, when: str, because: str, is_remarked: bool
) -> None:
    write_rule(tmp_path, "tcp/closed", when, because=f'"{because}"', references=LINKS, rest=FIX)
    assert any("only a probe sees that" in found for found in remarks(tmp_path)) is is_remarked


def test_it_is_known_which_rules_ask_for_words_also_in_a_fix(tmp_path: Path) -> None:
    write_rule(tmp_path, "tls/by-fact", WHEN)
    write_rule(tmp_path, "tls/by-words", "error.message = { contains = 'expired' }")
    fix = FIX.replace("steps", 'for = { error.message = { contains = "expired" } }\nsteps')
    write_rule(tmp_path, "tls/fix-by-words", WHEN, rest=fix)
    asking = [rule.id for rule in from_folders(VOCABULARY, tmp_path) if asks_words(rule)]
    assert asking == ["tls/by-words", "tls/fix-by-words"]


def test_a_word_that_no_rule_asks_for_is_named(tmp_path: Path) -> None:
    write_rule(tmp_path, "tls/says", "error.says = ['refused', 'reset']")
    write_rule(tmp_path, "tls/also", "error.also_says = { contains = 'pool-closed' }")
    silent = unasked(from_folders(VOCABULARY, tmp_path))
    assert Says.PASSWORD_REJECTED in silent
    assert not {Says.REFUSED, Says.RESET, Says.POOL_CLOSED, Says.CONNECTION_FAILED} & set(silent)
