"""YAML that somebody else wrote: bounded in nodes, aliases and depth."""

from __future__ import annotations

import pytest

from pgwhy.target.files import syntaxes
from pgwhy.target.forms.found import NotThere

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "a: " + "[" * 100_000,
        "{a: " * 2_000,
        "- " * 20_000,
        "a: &a [*a]",
        "a: *nothing",
        "x: [" + "a, " * 60_000 + "]",
        "[a, b]: c",
        "{a: b}: c",
        "? [x]\n: y",
        "a: \x00",
        "a: \ud800",
        "%YAML 9.9\n---\na: b\n--- !!python/object:os.system x",
        "a: b\n\tc: d",
    ],
    ids=range(14),
)
def test_it_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(NotThere):
        syntaxes.read("yaml", text)


def test_aliases_of_an_ordinary_file_are_read() -> None:
    text = "default: &default\n  adapter: postgresql\n  host: h\nproduction:\n  <<: *default\n  database: d\n"
    entries = {entry.path: entry.value for entry in syntaxes.read("yaml", text)[0]}
    assert entries["production", "host"] == "h"


def test_a_tag_makes_no_object() -> None:
    (entry,) = syntaxes.read("yaml", "a: !!python/object/apply:os.system [x]")[0]
    assert (entry.path, entry.value) == (("a", "0"), "x")
