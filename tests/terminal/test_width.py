"""Text in columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwhy.terminal.width import columns, rows, shortened, wrap

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200)


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("🔑", 2), ("", 0), ("a\u200bb", 2)]
)
def test_columns_are_those_of_a_terminal(text, width):
    assert columns(text) == width


@given(texts, st.integers(10, 120))
def test_wrapping_loses_no_word_and_breaks_none(text, width):
    assert " ".join(wrap(text, width)).split() == text.split()


@given(texts, st.integers(10, 120))
def test_a_line_is_too_wide_only_where_a_single_word_is(text, width):
    assert all(columns(line) <= width or len(line.split()) == 1 for line in wrap(text, width))


@given(texts, st.integers(3, 80))
def test_shortening_fits(text, width):
    assert columns(shortened(text, width)) <= width


def test_rows_of_a_line_that_is_wider_than_the_terminal():
    assert [rows("x" * n, 80) for n in (0, 1, 80, 81, 161)] == [1, 1, 1, 2, 3]
