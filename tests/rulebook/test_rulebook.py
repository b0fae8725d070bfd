from __future__ import annotations

import marshal
import subprocess
import sys
from pathlib import Path

import pytest

from pgwhy.causes import Retry
from pgwhy.progress import Stage
from pgwhy.rulebook import compiled as rules_compiled
from pgwhy.rulebook import rule_file
from pgwhy.rulebook.book import RuleError, from_folders
from pgwhy.rulebook.conditions import Answer
from pgwhy.shipped import plain
from tests.small_rules import VOCABULARY, write_rule

FIX = """
[fix.renew]
kind = "repair"
title = "renew it"
change = { set = { sslmode = "require" }, remove = ["options"], repair = "renew" }
expect = { tls.trust = "trusted" }
"""


def problems(folder: Path) -> list[str]:
    """What is wrong with the one file of a folder, without the path."""
    with pytest.raises(RuleError) as caught:
        from_folders(VOCABULARY, folder, repairs=frozenset({"renew", "trim"}))
    return [f"{p.key}: {p.says}" for p in caught.value.problems]


def test_a_rule_is_read_with_all_its_parts(tmp_path: Path) -> None:
    example = '[[example]]\nname = "old"\nexpect = "no"\n[example.given]\ntls.trust = "trusted"'
    path = write_rule(tmp_path, "tls/expired", "tls.trust = 'expired'", rest=FIX + example)
    rulebook = from_folders(VOCABULARY, tmp_path, repairs=frozenset({"renew"}))
    (rule,) = rulebook
    assert (rule.id, rule.path, rulebook["tls/expired"]) == ("tls/expired", path, rule)
    assert rule.stage is Stage.TLS
    assert rule.retry is Retry.NO, "what the cause usually has"
    assert rule.fix("renew") == rule.fixes[0]
    assert rule.fixes[0].expect is not None
    assert rule.examples[0].expect is Answer.NO
    assert rule.examples[0].given == {"tls": {"trust": "trusted"}, "error": {"message": ""}}


def test_the_folder_is_the_stage_of_a_rule_without_a_cause(tmp_path: Path) -> None:
    write_rule(tmp_path, "dns/slow", "target.port = 1", cause="", severity='"note"')
    write_rule(tmp_path, "dns/other", "target.port = 1", cause="", severity='"note"', stage='"tcp"')
    rulebook = from_folders(VOCABULARY, tmp_path)
    assert (rulebook["dns/slow"].stage, rulebook["dns/other"].stage) == (Stage.DNS, Stage.TCP)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"titel": '"x"'}, 'titel: unknown key; did you mean "title"?'),
        ({"title": ""}, "title: missing"),
        ({"title": '""'}, "title: is empty"),
        ({"title": "7"}, "title: is a text"),
        ({"cause": '"certificate-expird"'}, 'did you mean "certificate-expired"?'),
        ({"cause": ""}, "cause: missing: only a warning or a note goes without"),
        ({"severity": '"fatal"'}, 'severity: "fatal" is not among error, warning, note'),
        ({"owner": '"severs"'}, 'did you mean "server"?'),
        ({"retry": '"soon"'}, 'retry: "soon" is not among no, now, later'),
        ({"stage": '"tsl"'}, 'did you mean "tls"?'),
        ({"because": '"See {target.hots}."'}, 'because: "{target.hots}" is no fact; did you mean "target.host"?'),
        ({"references": '"https://example.com"'}, "references: is a list"),
        ({"references": "[7]"}, "references: is a list of texts"),
        ({"supersedes": '["tls/expird"]'}, 'supersedes: no rule "tls/expird"; did you mean "tls/expired"?'),
        ({"supersedes": '["tls/expired"]'}, "supersedes: a rule cannot supersede itself"),
    ],
)
def test_a_mistake_at_the_top_is_named(tmp_path: Path, keys: dict[str, str], problem: str) -> None:
    write_rule(tmp_path, "tls/expired", "tls.trust = 'expired'", **keys)
    assert any(problem in found for found in problems(tmp_path)), problems(tmp_path)


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ("", "when: missing"),
        ("tls.sni_sendt = true", 'when[1].tls.sni_sendt: no such fact; did you mean "tls.sni_sent"?'),
        ("tls = true", "when[1].tls: no such fact"),
        ("tls.trust = 'expird'", 'is not among trusted, expired; did you mean "expired"?'),
        ("tls.trust = ['expird', 'trusted']", 'did you mean "expired"?'),
        ("tls.trust = { not = 'expird' }", 'did you mean "expired"?'),
        ("tls.trust = { contains = 'expired' }", "write the word, or a list of words"),
        ("tls.sni_sent = 'yes'", "is true or false, and 'yes' is not"),
        ("target.port = true", "is a whole number, and True is not"),
        ("target.port = '5432'", "is a whole number, and '5432' is not"),
        ("target.port = { contians = 'x' }", 'no test is called "contians"; did you mean "contains"?'),
        ("target.port = { contains = '5' }", "contains is for texts and lists, and this is a whole number"),
        ("target.port = { above = true }", "above compares numbers"),
        ("target.host = { below = 3 }", "below compares numbers"),
        ("target.port = { empty = true }", "is for texts and lists"),
        ("target.problems = 'quoted'", "is a list: use contains"),
        ("target.problems = { matches = 'q' }", "matches is for open texts"),
        ("target.host = { contains = ' ' }", "looks for texts that are not empty"),
        ("target.host = []", "an empty list of values never holds"),
        ("target.host = {}", "no test"),
        ("target.host = { matches = '(' }", "is not a regular expression: missing ), unterminated subpattern"),
    ],
)
def test_a_mistake_in_a_test_is_named(tmp_path: Path, when: str, problem: str) -> None:
    write_rule(tmp_path, "tls/expired", when)
    assert any(problem in found for found in problems(tmp_path)), problems(tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('"repair"\n', '"repairs"\n', 'fix.renew.kind: "repairs" is not among'),
        ("title =", "tilte =", 'fix.renew.tilte: unknown key; did you mean "title"?'),
        ("remove =", "removes =", 'fix.renew.change.removes: unknown key; did you mean "remove"?'),
        ('repair = "renew"', 'repair = "renw"', 'no repair is called "renw"; did you mean "renew"?'),
        ('repair = "renew"', 'password = "plain"', "is one of percent-encode, endpoint-form"),
        ("title =", 'needs = "upgrad"\ntitle =', 'needs: "upgrad" is not among upgrade; did you mean "upgrade"?'),
        ("title =", 'needs = "upgrade"\ntitle =', "fix.renew.needs: is for a fix that pgwhy cannot make"),
        ('title = "renew it"', 'title = "renew {target.endpont}"', 'did you mean "target.endpoint"?'),
        ('"require"', "5432", "is written as a text, as in a connection string"),
        ("expect =", "for =", "fix.renew.expect: missing: a change is verified by both together"),
        ('trust = "trusted"', 'trust = "tursted"', 'fix.renew.expect.tls.trust: "tursted" is not among'),
    ],
)
def test_a_mistake_in_a_fix_is_named(tmp_path: Path, before: str, after: str, problem: str) -> None:
    assert before in FIX
    write_rule(tmp_path, "tls/expired", "tls.trust = 'expired'", rest=FIX.replace(before, after))
    assert any(problem in found for found in problems(tmp_path)), problems(tmp_path)


@pytest.mark.parametrize(
    ("example", "problem"),
    [
        ("expect = 'maybe'\n[example.given]\ntls.trust = 'expired'", "expect: is one of yes, no, cannot-tell"),
        ("[example.given]\ntls.trst = 'expired'", 'did you mean "tls.trust"?'),
        ("[example.given]\ntls.trust = 'expird'", 'did you mean "expired"?'),
        ("[example.given]\ntarget.problems = 'quoted'", "given.target.problems: is a list"),
        ("[example.given]\ntarget.port = 'x'", "is a whole number, and 'x' is not"),
    ],
)
def test_a_mistake_in_an_example_is_named(tmp_path: Path, example: str, problem: str) -> None:
    write_rule(tmp_path, "tls/expired", "tls.trust = 'expired'", rest=f"[[example]]\nname = 'one'\n{example}")
    assert any(problem in found for found in problems(tmp_path)), problems(tmp_path)


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    first = write_rule(tmp_path, "tls/expired", "tls.trust = 'expird'", owner='"nobody"')
    second = write_rule(tmp_path, "tls/other", "tls.trust = 'expired'", because="")
    with pytest.raises(RuleError) as caught:
        from_folders(VOCABULARY, tmp_path)
    assert [p.path for p in caught.value.problems] == [first, first, second]
    assert f"{first}: line 7: when[1].tls.trust: " in str(caught.value)


@pytest.mark.parametrize(
    ("content", "problem"), [(b"title = ", "not TOML: "), (b'title = "\xff"', "not UTF-8 at byte 9")]
)
def test_a_file_that_is_no_toml_is_a_rule_error(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "broken.toml").write_bytes(content)
    assert problem in problems(tmp_path)[0]


def test_a_folder_that_cannot_be_read_is_a_rule_error(tmp_path: Path) -> None:
    assert "cannot be read" in problems(tmp_path / "missing")[0]


def test_another_folder_may_add_rules_and_may_not_replace_one(tmp_path: Path) -> None:
    built_in, own = tmp_path / "built-in", tmp_path / "own"
    write_rule(built_in, "tls/expired", "tls.trust = 'expired'")
    write_rule(own, "tls/ours", "tls.trust = 'expired'", supersedes='["tls/expired"]')
    assert [rule.id for rule in from_folders(VOCABULARY, built_in, own)] == ["tls/expired", "tls/ours"]
    write_rule(own, "tls/expired", "tls.trust = 'trusted'")
    with pytest.raises(RuleError, match="has this id already"):
        from_folders(VOCABULARY, built_in, own)


def test_asking_gives_the_rules_that_hold_or_may_hold_with_what_is_missing(tmp_path: Path) -> None:
    write_rule(tmp_path, "tls/no", "tls.sni_sent = true")
    write_rule(
        tmp_path, "tls/perhaps", "tls.trust = 'expired'\ntls.sni_sent = false\ntls.expires_in_days = {below = 0}"
    )
    write_rule(tmp_path, "tls/yes", "tls.trust = 'expired'\nor\ntls.sni_sent = false")
    held = from_folders(VOCABULARY, tmp_path).ask(VOCABULARY.observations({"tls": {"sni_sent": False}}))
    assert [(each.rule.id, each.answer) for each in held] == [
        ("tls/perhaps", Answer.CANNOT_TELL),
        ("tls/yes", Answer.YES),
    ]
    assert held[0].missing == ("tls.trust", "tls.expires_in_days")
    assert [test.path for test in held[0].evidence] == ["tls.sni_sent"]
    assert (held[1].missing, [test.path for test in held[1].evidence]) == ((), ["tls.sni_sent"])


def test_the_block_about_a_reported_text_speaks_before_a_longer_one(tmp_path: Path) -> None:
    when = "tls.sni_sent = false\ntarget.port = 1\nor\nerror.message = {contains = 'x'}"
    write_rule(tmp_path, "tls/both", when)
    rulebook = from_folders(VOCABULARY, tmp_path)
    seen = {"tls": {"sni_sent": False}, "target": {"port": 1}}
    for origin, said in (("reported", ["error.message"]), ("observed", ["tls.sni_sent", "target.port"])):
        observations = VOCABULARY.observations({**seen, "error": {"message": "x", "origin": origin}})
        (held,) = rulebook.ask(observations)
        assert [test.path for test in held.evidence] == said


def test_the_compiled_form_gives_what_the_files_give(tmp_path: Path) -> None:
    second = "[fix.afterwards]\nkind = 'repair'\ntitle = 'offered after it'\nsteps = 'Do it.'"
    write_rule(tmp_path, "tls/expired", "tls.trust = 'expired'", rest=f"{FIX}\n{second}")
    compiled = tmp_path / "compiled.bin"
    rules_compiled.compile_folder(tmp_path, compiled)
    known = rules_compiled.compiled(compiled)
    (from_compiled,) = from_folders(VOCABULARY, tmp_path, known=known)
    (from_toml,) = from_folders(VOCABULARY, tmp_path)
    assert from_compiled.when == from_toml.when
    assert from_compiled.fixes == from_toml.fixes
    assert from_folders(VOCABULARY, tmp_path, known=known).digest == from_folders(VOCABULARY, tmp_path).digest


def test_compiled_files_are_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rule(tmp_path, "tls/expired", "tls.trust = 'expired'")
    compiled = tmp_path / "compiled.bin"
    rules_compiled.compile_folder(tmp_path, compiled)
    monkeypatch.setattr(rule_file, "read", lambda *_: pytest.fail("parsed"))
    assert len(from_folders(VOCABULARY, tmp_path, known=rules_compiled.compiled(compiled))) == 1


def test_a_changed_file_is_read_itself_and_nothing_is_written(tmp_path: Path) -> None:
    rules, compiled = tmp_path / "rules", tmp_path / "compiled.bin"
    path = write_rule(rules, "tls/expired", "tls.trust = 'expired'")
    rules_compiled.compile_folder(rules, compiled)
    before = compiled.read_bytes()
    digest = from_folders(VOCABULARY, rules).digest
    path.write_text(path.read_text().replace("it is broken", "it is late"))
    write_rule(rules, "tls/added", "tls.trust = 'expired'")
    rulebook = from_folders(VOCABULARY, rules, known=rules_compiled.compiled(compiled))
    assert [(rule.id, rule.title) for rule in rulebook] == [
        ("tls/added", "it is broken"),
        ("tls/expired", "it is late"),
    ]
    assert rulebook.digest != digest
    assert compiled.read_bytes() == before


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"\xff", marshal.dumps({"a": {}})[:-2]])
def test_a_compiled_form_that_is_missing_or_damaged_is_none(tmp_path: Path, content: bytes | None) -> None:
    compiled = tmp_path / "compiled.bin"
    if content is not None:
        compiled.write_bytes(content)
    assert rules_compiled.compiled(compiled) == {}


def test_the_same_files_compile_to_the_same_bytes(tmp_path: Path) -> None:
    write_rule(tmp_path / "a", "tls/one", "tls.trust = 'expired'")
    write_rule(tmp_path / "a", "tls/two", "tls.trust = 'trusted'")
    write_rule(tmp_path / "b", "tls/two", "tls.trust = 'trusted'")
    write_rule(tmp_path / "b", "tls/one", "tls.trust = 'expired'")
    for name in ("a", "b"):
        rules_compiled.compile_folder(tmp_path / name, tmp_path / f"{name}.bin")
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()
    assert len(plain.read(tmp_path / "a.bin")) == 2


def test_what_patterns_need_is_compiled_and_not_believed_when_it_was_found_out_otherwise(tmp_path: Path) -> None:
    write_rule(tmp_path / "rules", "tls/one", "tls.issuer = { matches = 'one more|an(other|y)' }")
    file = tmp_path / "compiled.bin"
    rules_compiled.compile_folder(tmp_path / "rules", file)
    (key,) = (key for key in plain.read(file) if key.startswith("needles "))
    needed = plain.read(file)[key]
    assert needed == {"one more|an(other|y)": ("one more", "an"), "one more": ("one more",), "an(other|y)": ("an",)}
    plain.write({"needles of another version": needed}, file)
    assert all(not each.startswith("needles") for each in rules_compiled.compiled(file))


def test_the_build_can_compile_before_anything_is_installed(tmp_path: Path) -> None:
    write_rule(tmp_path / "rules", "tls/expired", "tls.trust = 'expired'")
    script = (
        "import sys; from pathlib import Path; folder = Path(sys.argv[2]); sys.path.insert(0, sys.argv[1]);"
        "from pgwhy.rulebook import compiled; compiled.compile_folder(folder / 'rules', folder / 'compiled.bin')"
    )
    source = Path(rules_compiled.__file__).parents[2]
    subprocess.run([sys.executable, "-I", "-S", "-c", script, str(source), str(tmp_path)], check=True)
    assert len(rules_compiled.compiled(tmp_path / "compiled.bin")) == 1


def test_loading_the_compiled_form_imports_no_parser(tmp_path: Path) -> None:
    write_rule(tmp_path / "rules", "tls/expired", "error.message = { matches = 'a+' }")
    rules_compiled.compile_folder(tmp_path / "rules", tmp_path / "compiled.bin")
    script = (
        "import sys; from pathlib import Path; from pgwhy import facts;"
        "from pgwhy.rulebook import book as rulebook, compiled as rules_compiled;"
        "folder = Path(sys.argv[1]); known = rules_compiled.compiled(folder / 'compiled.bin');"
        "book = rulebook.from_folders(facts.Vocabulary(()), folder / 'rules', known=known);"
        "late = {'tomllib', 'difflib', 'pgwhy.rulebook.rule_file', 'importlib.metadata'};"
        "print(len(book), *(late & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, str(tmp_path)],
        cwd=rules_compiled.PACKAGE.parent,
        check=True,
        stdout=subprocess.PIPE,
    )
    assert done.stdout.split() == [b"1"]
