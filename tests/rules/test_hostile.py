"""Rules are data: whatever a file holds, it is answered at once, and nothing of it acts on the machine or the page."""

from __future__ import annotations

import os
import random
import re
import resource
import time
from pathlib import Path

import pytest

from pgwhy.cli import run
from pgwhy.engine import reports
from pgwhy.engine.explanation import explain
from pgwhy.error_text import without_escapes
from pgwhy.probes import VOCABULARY
from pgwhy.rulebook.allowance import refusal
from pgwhy.rulebook.book import from_folders
from pgwhy.shipped import MESSAGES, built_in
from pgwhy.target.editing.repair import REPAIRS
from tests import sampling
from tests.rules.hostile import CHANGES, RULE, WHOLE, changing, matching

HANGS_S = 20.0
"""Far above what any of this takes, also on a busy machine: it would be a hang."""
TEXT = "gateway: closed"
TARGET = "postgresql://alex@127.0.0.1:1/d"


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str, id: str = "team/closed") -> Path:
    file = folder / "rules" / f"{id}.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    return file


def commands(folder: Path, file: Path) -> list[list[str]]:
    """Every command that reads rules, as far as it opens no connection."""
    rules = ["--rules", str(folder / "rules")]
    return [
        ["explain", TEXT, *rules],
        ["explain", TEXT, *rules, "--format", "json"],
        ["explain", "team/closed", *rules],
        ["explain", TEXT, *rules, "--why-not", "team/closed"],
        ["rules", "list", *rules],
        ["rules", "show", "team/closed", *rules],
        ["rules", "lint", *rules],
        ["rules", "test", str(file)],
        ["check", TARGET, "--plan", *rules],
    ]


def answered(capfd, arguments: list[str]) -> tuple[int, str]:
    """Exit status and all that was printed. Never 70, never a character that a terminal would obey, never a hang."""
    begun = time.monotonic()
    status = run(arguments)
    assert time.monotonic() - begun < HANGS_S, arguments
    out, err = capfd.readouterr()
    assert status in (0, 1, 2, 3), (arguments, err)
    assert "bug in pgwhy" not in err
    for text in (out, err):
        assert without_escapes(text) == text, repr(text)
    return status, out + err


def refused(capfd, folder: Path, says: str) -> None:
    status, told = answered(capfd, ["explain", TEXT, "--rules", str(folder / "rules")])
    assert status == 2, told
    assert "closed.toml" in told or "team" in told
    assert says in " ".join(told.split()), told


def test_the_rule_that_all_others_are_made_of_is_right(capfd, there: Path) -> None:
    file = written(there, RULE)
    for arguments in commands(there, file):
        assert answered(capfd, arguments)[0] == 0, arguments


@pytest.mark.parametrize("name", CHANGES)
def test_no_rule_can_change_where_the_password_goes_or_how(capfd, there: Path, name: str) -> None:
    written(there, changing(CHANGES[name]))
    refused(capfd, there, "line 16: fix.a.change")


@pytest.mark.parametrize("name", WHOLE)
def test_a_hostile_file_is_refused_by_file_line_and_key(capfd, there: Path, name: str) -> None:
    text, says = WHOLE[name]
    file = written(there, text)
    refused(capfd, there, says)
    for arguments in sampling.part(commands(there, file), list(WHOLE).index(name)):
        status, _ = answered(capfd, arguments)
        assert status == (1 if arguments[:2] in (["rules", "lint"], ["rules", "test"]) else 2), arguments


@pytest.mark.parametrize(
    "name", ["team/cl\u202eosed", "team/\x1b[31mred", "team/CLOSED", "team/a/b/c", "<b>/x", "team/a b"]
)
def test_a_path_that_is_no_id_is_refused(capfd, there: Path, name: str) -> None:
    file = written(there, RULE, name)
    for arguments in commands(there, file):
        assert answered(capfd, arguments)[0] in (1, 2)
    assert "the path of a rule is its id" in answered(capfd, ["rules", "list", "--rules", "rules"])[1]


def test_what_is_no_regular_file_is_not_read(capfd, there: Path) -> None:
    (there / "rules/team").mkdir(parents=True)
    file = there / "rules/team/closed.toml"
    for make in (
        lambda: file.symlink_to("/dev/zero"),
        lambda: os.mkfifo(file),
        lambda: file.mkdir(),
        lambda: file.symlink_to("gone"),
    ):
        make()
        status, told = answered(capfd, ["explain", TEXT, "--rules", "rules"])
        assert (status == 2 and "cannot be read" in told) or file.is_dir()
        for arguments in commands(there, file):
            answered(capfd, arguments)
        file.rmdir() if file.is_dir() and not file.is_symlink() else file.unlink()


def test_a_folder_is_bounded(capfd, there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = there / "rules"
    folder.mkdir()
    for name in "abc":
        (folder / name).symlink_to(".")  # followed, three links are 3**40 folders
    written(there, RULE)
    assert answered(capfd, ["explain", TEXT, "--rules", "rules"])[0] == 0
    monkeypatch.setattr("pgwhy.rulebook.compiled.MAX_ENTRIES", 300)
    for number in range(400):
        (folder / f"x{number}").touch()
    status, told = answered(capfd, ["explain", TEXT, "--rules", "rules"])
    assert status == 2 and "name the folder of the rules itself" in told


def test_a_folder_that_is_none_is_the_users_error(capfd, there: Path) -> None:
    (there / "file").touch()
    for folder in ("missing", "file"):
        for command in (
            ["explain", TEXT],
            ["check", TARGET, "--plan"],
            ["rules", "list"],
            ["rules", "lint"],
            ["ticket"],
            ["checklist"],
        ):
            assert answered(capfd, [*command, "--rules", folder])[0] == 2


def test_a_folder_that_is_deleted_in_between_is_the_users_error(
    capfd, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(there, RULE)
    real = reports.all_rules
    calls: list[int] = []

    def loaded(folders=()):
        calls.append(1)
        if len(calls) == 2:
            file.write_text("no TOML")
        return real(folders)

    monkeypatch.setattr(reports, "all_rules", loaded)
    status, told = answered(capfd, ["check", TARGET, "--no-login", "--timeout", "1", "--rules", "rules"])
    assert status == 2 and "closed.toml" in told and len(calls) == 2


def test_a_file_that_cannot_be_read_is_the_users_error(capfd, there: Path) -> None:
    """Root may read every file, but no link that leads to itself."""
    file = written(there, RULE)
    file.unlink()
    file.symlink_to(file.name)
    refused(capfd, there, "cannot be read")


def test_an_id_of_a_built_in_rule_is_taken(capfd, there: Path) -> None:
    written(there, RULE, "auth/wrong-password")
    status, told = answered(capfd, ["explain", TEXT, "--rules", "rules"])
    assert status == 2 and "has this id already: choose another" in told


def test_the_built_in_folder_given_again_is_nothing_new(capfd) -> None:
    assert answered(capfd, ["explain", "28P01", "--rules", str(built_in())])[0] == 0


def test_a_built_in_rule_that_is_wrong_is_ours(capfd, there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(there, RULE.replace("severity", "severty"))
    monkeypatch.setattr("pgwhy.shipped.built_in", lambda: there / "rules")
    assert run(["explain", TEXT]) == 70
    assert "bug in pgwhy" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("change", "user", "says"),
    [
        ({"set": {"hostaddr": "192.0.2.1"}}, "require", ""),
        ({"set": {"hostaddr": "evil.example"}}, "require", "a fix may not set hostaddr"),
        ({"set": {"hostaddr": "192.0.2"}}, "require", "IP address"),
        ({"set": {"hostaddr": "192.0.2.1,192.0.2.2"}}, "require", "a fix may not set hostaddr"),
        ({"set": {"host": "ep-a.neon.tech"}}, "require", ""),
        ({"set": {"host": "a.example,evil.example"}}, "require", "a fix may not set host"),
        ({"set": {"host": "/tmp"}}, "require", "a fix may not set host"),
        ({"set": {"host": "a.example sslmode=disable"}}, "require", "a fix may not set host"),
        ({"set": {"sslmode": "require"}}, "verify-full", "it would lower sslmode from verify-full"),
        ({"set": {"sslmode": "require"}}, "verify-ful", "it would lower sslmode"),
        ({"set": {"sslmode": "require"}}, "prefer", ""),
        ({"set": {"sslmode": "disable"}}, "disbale", "a fix may not set sslmode"),
        ({"set": {"sslmode": "verify-full"}}, None, ""),
        ({"remove": ["sslmode"]}, None, "a fix may not remove"),
        ({"remove": ["SSLMODE"]}, None, "a fix may not remove"),
        ({"remove": ["pgbouncer"]}, None, ""),
        ({"remove": ["a b"]}, None, "a fix may not remove"),
        ({"add_option": "endpoint=ep-a-1"}, None, ""),
        ({"add_option": "endpoint=ep-a-1 -c x=y"}, None, "a fix may add only"),
        ({"add_option": "-cx=y"}, None, "a fix may add only"),
        ({"password": "percent-encode", "repair": "trim"}, None, ""),
    ],
)
def test_a_change_is_checked_again_with_the_facts_in_it(change: dict[str, object], user: str | None, says: str) -> None:
    found = refusal(change, user)
    assert says in found and bool(found) is bool(says)


def test_a_fact_that_a_resolver_chose_cannot_widen_a_change(there: Path) -> None:
    written(there, changing('{ set = { hostaddr = "{dns.other_address}" } }'))
    rules = from_folders(VOCABULARY, there / "rules", repairs=frozenset(REPAIRS))
    for address, kept in (("192.0.2.7", True), ("192.0.2.7,203.0.113.9", False), ("evil.example", False)):
        seen = VOCABULARY.observations({"error": {"message": TEXT}, "dns": {"other_address": address}})
        (finding,) = explain(seen, rules).findings
        assert (finding.fixes[0].change is not None) is kept
        assert bool(finding.fixes[0].note) is not kept


def test_the_plan_says_what_foreign_fixes_would_try(capfd, there: Path) -> None:
    written(there, changing('{ add_option = "endpoint={target.endpoint}", remove = ["channel_binding"] }'))
    host = "ep-cool-darkness-a1b2c3d4.us-east-2.aws.neon.tech"
    plan = ["check", f"postgresql://alex@{host}/neondb", "--plan", "--rules", "rules"]
    _, told = answered(capfd, [*plan, "--error", TEXT])
    line = (
        "if team/closed holds, try its fix a: remove channel_binding, "
        "add endpoint=ep-cool-darkness-a1b2c3d4 to options, and log in again"
    )
    assert line in " ".join(told.split())
    _, told = answered(capfd, [*plan, "--error", TEXT, "--no-login"])
    assert "and send the start-up message again" in " ".join(told.split())
    for without in (["--error", "another text"], ["--no-verify", "--error", TEXT]):
        assert "team/closed" not in answered(capfd, [*plan, *without])[1]
    assert "team/closed" not in answered(capfd, [*plan[:3]])[1]


def test_no_part_of_a_rule_is_markup_in_any_page(capfd, there: Path) -> None:
    mark = "<img src=x onerror=alert(1)>"
    text = RULE.replace("the gateway is closed", f"x {mark}").replace("It says so.", f"So {mark} is.")
    text = text.replace('"open it"', f"'open {mark}'").replace("Ask its owner.", f"Ask {mark}.")
    written(there, text.replace('"x <', "'x <").replace('alert(1)>"\ncause', "alert(1)>'\ncause"))
    for format in ("markdown", "html"):
        _, page = answered(capfd, ["explain", TEXT, "--rules", "rules", "--format", format])
        assert mark not in page and "img" in page


def test_a_text_is_searched_in_a_bounded_part(there: Path) -> None:
    written(there, matching("{ matches = 'closed[^x]{0,90}x' }"))
    rules = from_folders(VOCABULARY, there / "rules", repairs=frozenset(REPAIRS))
    for text, holds in ((TEXT + "x" + " " * 10**6, True), (" " * 10**6 + TEXT + "x", True), ("closed" * 10**6, False)):
        begun = time.monotonic()
        assert bool(explain(VOCABULARY.observations({"error": {"message": text}}), rules).findings) is holds
        assert time.monotonic() - begun < HANGS_S


PIECES = (
    *rb"""[ ] { } " ' = . 1e999 nan -1 true [] {} "" 1979-05-27 \u0000 (a+)+$ .* ../ [fix.b] [[example]]""".split(),
    *b"change set remove matches contains given expect host sslkey {target.password} {error.message}".split(),
    *(b"\x00", b"\xff", b"\x1b[31m", "\u202e".encode(), b'"""', b"\n", b"\r", b"\n[[when]]\n", b"{0.__class__}"),
    *(b"0x" + b"f" * 40, b"sslmode = 'disable'", b"a." * 50, b"x" * 3000, b"9" * 5000),
)


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    text = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 6)):
        at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        to = min(to, at + chance.choice((0, 1, 8, 60)))
        kind = chance.randrange(4)
        if kind == 0:
            text[at:to] = chance.choice(PIECES)
        elif kind == 1:
            text[at:at] = chance.choice(PIECES)
        elif kind == 2:
            other = chance.choice(seeds)
            start = chance.randrange(len(other))
            text[at:to] = other[start : start + chance.choice((4, 40, 400))]
        else:  # a value in place of another one
            values = list(re.finditer(rb'"[^"\n]*"|\b\d+\b|\btrue\b|\bfalse\b|\w+(?= *=)', bytes(text)))
            if values:
                old = chance.choice(values)
                text[old.start() : old.end()] = chance.choice(PIECES)
    return bytes(text)


@pytest.mark.promise("rules-are-data", 15, 1500)
def test_whatever_a_rule_file_holds_is_answered(capfd, there: Path, inputs: int) -> None:
    chance = random.Random(20261129)
    shipped = (file for file in sorted(built_in().rglob("*.toml")) if file.parent.name != MESSAGES)
    seeds = [RULE.encode(), *(file.read_bytes() for file in shipped)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    statuses = set()
    for number in range(inputs):
        file = written(there, "")
        # The first is whole, so that an answer is seen whatever chance makes of the others.
        file.write_bytes(mutated(chance, seeds if number % 2 else seeds[:1]) if number else seeds[0])
        for arguments in chance.sample(commands(there, file), 3):
            try:
                statuses.add(answered(capfd, arguments)[0])
            except AssertionError:
                raise AssertionError(f"input {number}: {arguments}\n{file.read_bytes()!r}") from None
    assert {0, 2} <= statuses
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "kB, on Linux"
