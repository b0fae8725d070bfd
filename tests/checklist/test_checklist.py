"""The checklist: how items are judged, what people said of them, and what changed."""

import json
import subprocess
from datetime import date

import pytest

from pgwhy import checklist
from pgwhy.checklist import State, answers, pages
from pgwhy.checklist.answers import NONE, BadAnswers
from pgwhy.checklist.item import items
from pgwhy.checklist.workplace import Workplace, _in_stream
from pgwhy.cli import run
from pgwhy.facts import Vocabulary
from pgwhy.probes import VOCABULARY
from pgwhy.rulebook.book import load
from tests.report.scenarios import recorded

TODAY = date(2026, 11, 25)
IDS = [item.id for item in items()]
KNOWN = Vocabulary([*VOCABULARY.records.values(), Workplace])


def evaluated(slug, said=NONE, **workplace):
    report = recorded(slug)
    seen = report.observations.with_record(Workplace(**workplace))
    return checklist.evaluate(report, seen, said, TODAY)


def state(found, id):
    return next(entry.state for entry in found.entries if entry.item.id == id)


def test_every_item_asks_for_facts_and_rules_that_there_are():
    rules = load(VOCABULARY)
    for item in items():
        tests = [test for each in (item.applies, item.holds) if each for test in each.tests]
        for test in tests:
            assert test.path in KNOWN, item.id
            choices = KNOWN.facts[test.path].choices
            assert not choices or all(value in choices for value in test.items), item.id
        assert all(rule in rules for rule in item.rules), item.id
        assert item.reference.startswith("https://")
    assert len(set(IDS)) == len(IDS)


def test_a_healthy_run_holds_what_can_be_seen():
    found = evaluated("healthy-neon")
    assert state(found, "connects") is State.HOLDS
    assert state(found, "port-open") is State.HOLDS
    assert state(found, "retries") is State.OPEN
    assert f"{len(found.of(State.HOLDS))} of {len(found.entries)} hold" in pages.headline(found)


def test_what_a_run_did_not_get_to_see_is_not_called_wrong():
    found = evaluated("dns-not-found")
    assert state(found, "name-resolves") is State.FAILS
    assert state(found, "port-open") in (State.UNKNOWN, State.FAILS)
    assert state(found, "writable") is State.UNKNOWN


def test_a_ticked_box_holds_and_a_ticked_item_that_a_run_refutes_does_not():
    said = answers.read(
        '[ticked.retries]\nby = "Ana"\non = 2026-11-01\n[ticked.name-resolves]\nby = "Ana"\non = 2026-11-01', IDS
    )
    found = evaluated("dns-not-found", said)
    assert state(found, "retries") is State.HOLDS
    entry = next(entry for entry in found.entries if entry.item.id == "name-resolves")
    assert entry.state is State.FAILS and "this run sees otherwise" in entry.note


@pytest.mark.parametrize(("until", "expected"), [("2026-11-25", State.ACCEPTED), ("2026-11-24", State.FAILS)])
def test_a_risk_is_accepted_until_its_day_has_passed(until, expected):
    said = answers.read(f'[accepted.name-resolves]\nowner = "Ana"\nuntil = {until}\nreason = "moving"', IDS)
    found = evaluated("dns-not-found", said)
    assert state(found, "name-resolves") is expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[ticked.retrys]\nby = 'A'\non = 2026-11-01", "did you mean retries"),
        ("[ticked.retries]\nby = 'A'", "on must be a date"),
        ("[accepted.near]\nowner = 'A'\nuntil = 2026-11-01\nreason = ''", "reason must be a text"),
        ("[ignored.near]", "[ignored] is not known"),
        ("[[", "no TOML"),
    ],
)
def test_a_mistake_in_the_answers_is_told_where_it_is(text, says):
    with pytest.raises(BadAnswers) as problem:
        answers.read(text, IDS)
    assert says in str(problem.value)


def test_what_changed_since_a_baseline():
    before = pages.document(evaluated("dns-not-found"))
    changes = {
        change.id: (change.before, change.now) for change in checklist.changes(evaluated("healthy-neon"), before)
    }
    assert changes["name-resolves"] == ("fails", "holds")
    assert "retries" not in changes


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_password_is_found_across_the_pieces_in_which_a_file_is_read(cut, monkeypatch):
    import io

    monkeypatch.setattr("pgwhy.checklist.workplace._CHUNK", cut)
    assert _in_stream((b"npg_secret_1",), io.BytesIO(b"x" * 17 + b"npg_secret_1" + b"y" * 9))
    assert not _in_stream((b"npg_secret_2",), io.BytesIO(b"x" * 17 + b"npg_secret_1" + b"y" * 9))


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    for name in ("user.name", "user.email"):
        subprocess.run(["git", "config", "--global", name, "x"], check=True)
    subprocess.run(["git", "init", "-q"], check=True)
    return tmp_path


def told(capfd):
    return {each["id"]: each["state"] for each in json.loads(capfd.readouterr().out)["items"]}


def test_a_password_in_history_and_in_git_is_found_even_if_it_was_deleted(world, home, capfd):
    url = world.uri()
    (home / ".bash_history").write_text(f"psql '{url}'\n")
    (home / "project/settings.py").write_text(f"URL = '{url}'\n")
    for line in (["add", "."], ["commit", "-qm", "x"], ["rm", "-q", "settings.py"], ["commit", "-qm", "y"]):
        subprocess.run(["git", *line], check=True)
    assert run(["checklist", url, "--format", "json"]) == 1
    states = told(capfd)
    assert (states["password-not-in-history"], states["password-not-in-git"]) == ("fails", "fails")


def test_a_clean_place_holds_and_the_password_stands_nowhere_in_the_answer(world, home, capfd):
    run(["checklist", world.uri(), "--format", "json"])
    out = capfd.readouterr().out
    states = {each["id"]: each["state"] for each in json.loads(out)["items"]}
    assert (states["password-not-in-history"], states["password-not-in-git"]) == ("holds", "holds")
    assert world.password.reveal() not in out


def test_a_baseline_is_saved_once_and_compared_with_afterwards(world, home, capfd):
    line = ["checklist", world.uri(), "--baseline", "base.json"]
    run(line)
    assert "Since the baseline" not in capfd.readouterr().out
    (home / "project/requirements.txt").write_text("psycopg2-binary==2.9.1\n")
    run(line)
    assert "every driver of the project sends SNI: not there, now fails" in " ".join(capfd.readouterr().out.split())


@pytest.mark.parametrize("format", ["text", "markdown", "html", "json"])
def test_every_format_tells_the_same_items(format, world, home, capfd):
    run(["checklist", world.uri(), "--format", format])
    out = " ".join(capfd.readouterr().out.replace("\\", "").split())
    for title in ("the server accepts writes", "the password is in no commit of this repository"):
        assert title in out


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "it is not JSON (line 1, column 2)"),
        ("[]", "the document is a list where an object is expected"),
        ('{"schema": "pgwhy/checklist/1"}', "items is missing"),
        ('{"schema": "pgwhy/checklist/2", "items": []}', "schema is not 'pgwhy/checklist/1'"),
        ('{"schema": "pgwhy/checklist/1", "items": [{"id": [], "title": "", "state": ""}]}', "items[0].id is a list"),
        ('{"schema": "pgwhy/checklist/1", "items": 5}', "items is a number where a list is expected"),
    ],
)
def test_a_baseline_that_does_not_fit_is_refused_with_its_path(text, sentence, capfd, tmp_path):
    (tmp_path / "base.json").write_text(text)
    assert run(["checklist", "postgresql://h/d", "--baseline", str(tmp_path / "base.json")]) == 2
    assert sentence in " ".join(capfd.readouterr().err.split())
