"""`pgwhy diff A B`, with reports of real runs."""

import json

import pytest

from pgwhy.cli import run


@pytest.fixture
def saved(world, tmp_path, monkeypatch):
    """Saves a run of the lab's healthy endpoint under a name; options as for `check`."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")

    def save(name, *options):
        file = tmp_path / name
        run([world.uri(channel_binding=None), "--format", "json", "--output", str(file), *options])
        return str(file)

    return save


def test_two_runs_of_one_machine_go_the_same_way(saved, capfd):
    assert run(["diff", saved("a.json"), saved("b.json"), "--format", "json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["parts"], told["stage"], told["differences"]) == (False, None, [])
    assert told["incidental"]


def test_another_client_parts_from_it_and_the_rule_is_named(saved, capfd):
    assert run(["diff", saved("laptop.json"), saved("ci.json", "--client", "libpq@13")]) == 1
    page = capfd.readouterr().out
    assert page.startswith("They part at the start-up message")
    assert "startup/endpoint-not-specified" in page
    assert "client.sends_sni            true                      false" in page
    assert max(map(len, page.splitlines())) <= 80


def test_a_file_that_is_no_report_is_refused_with_a_sentence(saved, tmp_path, capfd):
    (tmp_path / "no.json").write_text("{}", encoding="utf-8")
    assert run(["diff", saved("a.json"), str(tmp_path / "no.json")]) == 2
    assert "no.json: this is not a report of pgwhy" in capfd.readouterr().err
