"""The live ladder, seen as a person would see it: through a terminal in memory."""

import io

import pyte
import pytest

from pgwhy.report.live import Live
from pgwhy.report.text import page
from tests.report.scenarios import recorded


class Screen(io.StringIO):
    """A terminal in memory that understands what is written to it."""

    def __init__(self, width: int = 80, height: int = 24) -> None:
        super().__init__()
        self.screen = pyte.HistoryScreen(width, height)
        self.stream = pyte.Stream(self.screen)

    def write(self, text: str) -> int:
        self.stream.feed(text)
        return len(text)

    def shown(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display if line.strip()]


def records(slug: str):
    return recorded(slug).observations.records.values()


def test_the_ladder_grows_with_every_record():
    out = Screen()
    out.stream.feed("$ pgwhy\r\n")
    live = Live(out, 80)
    heights = []
    for record in records("healthy-neon"):
        live.show(record)
        heights.append(len(out.shown()))
    assert heights == sorted(heights)
    assert out.shown()[0] == "$ pgwhy"
    assert out.shown()[1].startswith("  ok    settings  DATABASE_URL from .env")
    assert out.shown()[-1].startswith("  ok    session   PostgreSQL 17.5")


def test_the_page_stands_in_its_place_afterwards():
    out = Screen()
    out.stream.feed("$ pgwhy\r\n")
    live = Live(out, 80)
    for record in records("wrong-password"):
        live.show(record)
    live.clear()
    assert out.shown() == ["$ pgwhy"]
    out.write(page(recorded("wrong-password"), colour=True).replace("\n", "\r\n"))
    headline = page(recorded("wrong-password")).splitlines()[:2]
    assert headline in (out.shown()[:2], out.shown()[1:3])  # a long page may have moved the command line up


@pytest.mark.parametrize("width", [40, 60, 80, 160])
def test_no_line_is_wider_than_the_terminal(width):
    out = Screen(width)
    live = Live(out, width)
    for record in records("crowded"):
        live.show(record)
        assert not any(line.startswith("x") for line in out.shown())
    live.clear()
    assert out.shown() == []


def test_a_small_terminal_is_not_written_over(monkeypatch):
    monkeypatch.setenv("LINES", "5")
    monkeypatch.setenv("COLUMNS", "80")
    out = Screen(80, 5)
    live = Live(out, 80)
    for record in records("wrong-password"):
        live.show(record)
    live.clear()
    assert out.shown() == []
    assert not out.screen.history.top


def test_a_terminal_that_is_gone_does_not_end_the_run():
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    live = Live(Gone(), 80)
    for record in records("healthy-neon"):
        live.show(record)
    live.clear()


def test_a_terminal_without_unicode_gets_ascii():
    out = io.StringIO()
    live = Live(out, 80, unicode=False, colour=False)
    for record in records("wrong-password"):
        live.show(record)
    assert out.getvalue().isascii()
