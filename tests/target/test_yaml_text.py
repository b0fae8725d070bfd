"""YAML that somebody else wrote: bounded in nodes, aliases and depth."""

from __future__ import annotations

import pytest

from pgwhy.target.forms import compose, kubernetes, rails, yaml_text
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
@pytest.mark.parametrize("find", [rails.find, compose.find, kubernetes.find])
def test_it_is_refused_with_a_sentence(find, text: str) -> None:
    with pytest.raises(NotThere):
        find(text)


def test_aliases_of_an_ordinary_file_are_read() -> None:
    text = "default: &default\n  adapter: postgresql\n  host: h\nproduction:\n  <<: *default\n  database: d\n"
    assert yaml_text.documents(text)[0]["production"]["<<"]["host"] == "h"
    assert rails.find(text).fields["host"] == "h"


def test_a_tag_makes_no_object() -> None:
    assert yaml_text.documents("a: !!python/object/apply:os.system [x]") in ([{"a": ["x"]}],)
