"""What standard output can do, and settings of a project."""

import pytest

from pgwhy.cli.ignored import BadSetting, ignored
from pgwhy.cli.output import Terminal


class Out:
    def __init__(self, *, terminal: bool, encoding: str = "utf-8") -> None:
        self.encoding = encoding
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("terminal", "environment", "colour", "live"),
    [
        (True, {"TERM": "xterm"}, True, True),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False, True),
        (True, {"TERM": "dumb"}, False, False),
        (False, {"TERM": "xterm"}, False, False),
        (False, {"FORCE_COLOR": "1"}, True, False),
        (False, {"FORCE_COLOR": "0"}, False, False),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, True),
    ],
)
def test_colours_and_life(terminal, environment, colour, live, monkeypatch):
    monkeypatch.setattr("sys.stdout", Out(terminal=terminal))
    here = Terminal.here(environment, "linux")
    assert (here.colour, here.live) == (colour, live)


@pytest.mark.parametrize(
    ("encoding", "environment", "unicode"),
    [
        ("utf-8", {}, True),
        ("utf-8", {"LANG": "de_DE.UTF-8"}, True),
        ("utf-8", {"LC_ALL": "C"}, False),
        ("utf-8", {"LANG": "POSIX"}, False),
        ("utf-8", {"LC_ALL": "C.UTF-8", "LANG": "C"}, True),
        ("cp1252", {}, False),
        ("ascii", {}, False),
    ],
)
def test_unicode(encoding, environment, unicode, monkeypatch):
    monkeypatch.setattr("sys.stdout", Out(terminal=True, encoding=encoding))
    assert Terminal.here(environment, "linux").unicode is unicode


def test_rules_are_ignored_with_a_reason(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.pgwhy.ignore]\n"session/far-away" = "moving in May"\n')
    assert ignored(tmp_path, ("tls/expires-soon = renewed by cron", "tls/old-version")) == {
        "session/far-away": "moving in May",
        "tls/expires-soon": "renewed by cron",
        "tls/old-version": "no reason given",
    }
    assert ignored(tmp_path, ("session/far-away=not today",)) == {"session/far-away": "not today"}


@pytest.mark.parametrize("text", ["", "=because", "tls/expires-soon=", "tls/expires-soon= "])
def test_what_is_no_rule_with_a_reason_is_told(text, tmp_path):
    with pytest.raises(BadSetting, match="RULE=REASON"):
        ignored(tmp_path, (text,))


@pytest.mark.parametrize("text", ["", "not = toml = at all", "[project]\nname = 'x'\n"])
def test_a_project_that_says_nothing_of_pgwhy_is_left_alone(text, tmp_path):
    (tmp_path / "pyproject.toml").write_text(text)
    assert ignored(tmp_path, ()) == {}


@pytest.mark.parametrize(
    "text",
    [
        '[tool.pgwhy]\nignore = ["a"]\n',
        '[tool.pgwhy.ignore]\na = ""\n',
        "[tool.pgwhy.ignore]\na = 1\n",
        "[tool.pgwhy\n",
    ],
)
def test_a_setting_that_cannot_be_used_is_told(text, tmp_path):
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(BadSetting):
        ignored(tmp_path, ())
