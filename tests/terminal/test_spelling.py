"""The word that a mistyped one is nearest to."""

import re
from pathlib import Path

import pytest

import pgwhy
from pgwhy.terminal.spelling import LONGEST, SURE, did_you_mean, nearest


@pytest.mark.parametrize(
    ("word", "meant"),
    [("sslmod", "sslmode"), (" SSLMODE ", "sslmode"), ("prot", "port"), ("xyzzy", ""), ("", ""), ("p" * 99, "")],
)
def test_the_nearest_word_is_found_whatever_its_case(word, meant):
    assert nearest(word, {"sslmode", "port", "p" * LONGEST}) == meant


def test_the_known_word_is_told_as_it_is_written():
    assert nearest("datasource", ["Data Source"]) == "Data Source"
    assert did_you_mean("datasource", ["Data Source"]) == '; did you mean "Data Source"?'
    assert did_you_mean(5, ["Data Source"]) == ""


def test_a_word_that_may_mean_something_else_must_be_nearer():
    assert nearest("reporting", ["port"]) == "port" and nearest("reporting", ["port"], SURE) == ""


def test_nothing_else_compares_spellings():
    package = Path(pgwhy.__file__).parent
    users = [file.name for file in package.rglob("*.py") if re.search(r"get_close_matches", file.read_text("utf-8"))]
    assert users == ["spelling.py"]
