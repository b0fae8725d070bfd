"""Every promise of SECURITY.md has a test, every marker names a promise."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from tests import promises
from tests.promises import Wrong

SECURITY = promises.SECURITY.read_text(encoding="utf-8")
SHOWN = functools.cache(promises.shown)


@pytest.mark.parametrize("slug", [promise.slug for promise in promises.promises(SECURITY)])
def test_a_promise_has_a_test(slug: str) -> None:
    assert [each.test for each in SHOWN() if each.slug == slug]


def test_a_thorough_run_tries_more_and_a_test_tries_as_many_as_it_says() -> None:
    assert [each for each in SHOWN() if not 1 <= each.quick <= each.thorough] == []
    # One input for each value of what is varied needs no number.
    assert [each for each in SHOWN() if not each.asks and (each.quick, each.thorough) != (1, 1)] == []


def test_every_table_of_a_promise_is_one() -> None:
    slugs = [promise.slug for promise in promises.promises(SECURITY)]
    table = SECURITY.partition("## What is promised")[2].partition("\n## ")[0]
    assert len(slugs) == len(set(slugs)) == sum(line.startswith("| ") for line in table.splitlines()) - 1


MODULE = """
import pytest

@pytest.mark.promise("bounded", 3, 40)
@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize(("a", "b"), [])
def test_it_ends(kind, a, b, inputs): ...

def test_unmarked(): ...
"""


def test_a_marker_is_read_from_the_source(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(MODULE)
    (only,) = promises.shown(tmp_path)
    assert (only.slug, only.test, only.quick, only.thorough, only.asks) == ("bounded", "test_it_ends", 3, 40, True)
    assert only.for_each == ("a", "b", "kind")
    assert "| [it ends](../test_it.py) | 3 | 40 | `a`, `b`, `kind` |" in promises.page(SECURITY, [only])


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ('"bonded", 3, 40', "no promise `bonded`"),
        ('"bounded", MANY, 40', "two numbers"),
        ('"bounded", 3', "two numbers"),
    ],
)
def test_a_marker_that_is_wrong_is_named(marker: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(MODULE.replace('"bounded", 3, 40', marker))
    with pytest.raises(Wrong, match=f"test_it.*{says}"):
        promises.page(SECURITY, promises.shown(tmp_path))
