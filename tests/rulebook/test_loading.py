"""A process loads a rulebook once, and again when a file says something else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pgwhy import shipped
from pgwhy.rulebook import book
from pgwhy.rulebook.book import Rulebook, RuleError, load
from tests.small_rules import VOCABULARY, write_rule

WHEN = "tls.sni_sent = false"


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Other built-in rules, and a process that has loaded none."""
    folder = tmp_path / "ours"
    write_rule(folder, "tls/ours", WHEN)
    monkeypatch.setattr(shipped, "built_in", lambda: folder)
    monkeypatch.setattr(book, "_LOADED", {})
    yield folder


def test_the_second_one_to_ask_gets_the_same_rulebook(ours: Path, tmp_path: Path) -> None:
    team = tmp_path / "team"
    write_rule(team, "tls/theirs", WHEN)
    assert load(VOCABULARY) is load(VOCABULARY)
    assert load(VOCABULARY, team) is load(VOCABULARY, team) is not load(VOCABULARY)


def test_a_rule_of_a_team_that_was_changed_is_read_again(ours: Path, tmp_path: Path) -> None:
    team = tmp_path / "team"
    write_rule(team, "tls/theirs", WHEN, title='"one"')
    before = load(VOCABULARY, team)
    write_rule(team, "tls/theirs", WHEN, title='"two"')
    after = load(VOCABULARY, team)
    assert (before["tls/theirs"].title, after["tls/theirs"].title) == ("one", "two")
    write_rule(team, "tls/theirs", WHEN, title='"one"')
    assert load(VOCABULARY, team) is before, "its bytes are what they were"


def test_a_built_in_rule_that_was_changed_added_or_taken_away_is_seen(ours: Path) -> None:
    assert [rule.title for rule in load(VOCABULARY)] == ["it is broken"]
    write_rule(ours, "tls/ours", WHEN, title='"it is broken twice"')
    assert [rule.title for rule in load(VOCABULARY)] == ["it is broken twice"]
    write_rule(ours, "tls/second", WHEN)
    assert [rule.id for rule in load(VOCABULARY)] == ["tls/ours", "tls/second"]
    (ours / "tls" / "ours.toml").unlink()
    assert [rule.id for rule in load(VOCABULARY)] == ["tls/second"]


def test_a_folder_that_went_wrong_is_an_error_each_time(ours: Path, tmp_path: Path) -> None:
    team = tmp_path / "team"
    write_rule(team, "tls/theirs", WHEN)
    load(VOCABULARY, team)
    write_rule(team, "tls/theirs", WHEN, severity='"dreadful"')
    for _ in range(2):
        with pytest.raises(RuleError, match="severity"):
            load(VOCABULARY, team)
    shutil.rmtree(team)
    with pytest.raises(RuleError, match="cannot be read"):
        load(VOCABULARY, team)


def test_a_process_keeps_a_bounded_number_of_them(ours: Path, tmp_path: Path) -> None:
    for number in range(book.MOST_LOADED + 3):
        write_rule(tmp_path / "team", "tls/theirs", WHEN, title=f'"number {number}"')
        load(VOCABULARY, tmp_path / "team")
    assert len(book._LOADED) == book.MOST_LOADED


def test_threads_that_ask_at_once_get_one(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(*given: object, **named: object) -> Rulebook:
        made.append(1)
        return real(*given, **named)  # type: ignore[arg-type]

    real = book.from_files
    monkeypatch.setattr(book, "from_files", counted)
    with ThreadPoolExecutor(8) as threads:
        books = list(threads.map(lambda _: load(VOCABULARY), range(32)))
    assert len(made) == 1 and len(set(map(id, books))) == 1
