"""Our parsers and libpq's PQconninfoParse: the same values, and refusals of the same texts."""

from __future__ import annotations

import psycopg
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psycopg import pq

from pgwhy.target.dialects import Parsed, keywords, uri
from pgwhy.target.parameters import ENVIRONMENT, LIBPQ, SECRET
from tests.sampling import examples

LIBPQ_HERE = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}


def libpq_reads(text: str) -> dict[str, str] | None:
    """libpq's values; `None` where it refuses the text."""
    try:
        options = pq.Conninfo.parse(text.encode("utf-8", "surrogateescape"))
    except psycopg.OperationalError:
        return None
    found = ((option.keyword, option.val) for option in options)
    return {name.decode(): value.decode("utf-8", "surrogateescape") for name, value in found if value is not None}


def assert_agrees(text: str, parsed: Parsed) -> None:
    expected = libpq_reads(text)
    if expected is None:
        assert parsed.refused or parsed.foreign, "libpq refuses it and we do not"
    else:
        assert not parsed.refused and not parsed.foreign, "we refuse it and libpq does not"
        assert parsed.values == expected


# Characters that have a meaning somewhere, and few that have none.
PIECE = st.text(alphabet="ab5.@:/?#%&=[],+;'\" \n\\é-$", max_size=8)
WORD = st.text(alphabet="abz09-_.", min_size=1, max_size=8)
NAME = st.sampled_from([*sorted(LIBPQ_HERE), "ssl", "requiressl", "pgbouncer", "HOST", "sslmode", "host", "options"])
ENCODED = st.text(alphabet="a@:/?#%& =é+", max_size=6).map(uri.password)


@st.composite
def uris(draw: st.DrawFn) -> str:
    part = st.one_of(WORD, ENCODED, PIECE)
    text = draw(st.sampled_from(uri.PREFIXES))
    if draw(st.booleans()):
        text += draw(part) + (":" + draw(part) if draw(st.booleans()) else "") + "@"
    places = st.one_of(part, st.just("[::1]"), st.just("%2Ftmp"), WORD.map(lambda w: w + ":5432"), st.just("[::1]:1"))
    text += ",".join(draw(st.lists(places, min_size=0, max_size=3)))
    if draw(st.booleans()):
        text += "/" + draw(part)
    pairs = draw(st.lists(st.tuples(st.one_of(NAME, PIECE), part), max_size=3))
    if pairs or draw(st.booleans()):
        text += "?" + "&".join(f"{name}={value}" if name != "5" else value for name, value in pairs)
    return text


@st.composite
def dsns(draw: st.DrawFn) -> str:
    quoted = PIECE.map(lambda value: f"'{keywords.password(value)}'")
    value = st.one_of(WORD, quoted, PIECE)
    pairs = draw(
        st.lists(st.tuples(st.one_of(NAME, PIECE), st.sampled_from(["=", " = ", "= ", ""]), value), max_size=4)
    )
    return draw(st.sampled_from([" ", "\n", "\t "])).join(f"{name}{equals}{value}" for name, equals, value in pairs)


TRIMS = libpq_reads("postgresql:// u@h") == {"user": "u", "host": "h"}
"""libpq 18 trims raw spaces in a URI, or refuses them; older ones keep them, and are asked about texts without any."""


@settings(max_examples=examples(400), deadline=None)
@given(uris())
@example("postgresql://")
@example("postgres://u:p@[::1],[::2]:3/db?")
@example("postgresql://u:p%zz@h")
@example("postgresql://u:p%00@h")
@example("postgresql://u:p@h/db?ssl=true&connect_timeout=5&")
@example("postgresql://u:p@h?ssl=false")
@example("postgresql://u:p@h/db?sslmode=require\n")
@example("postgresql://@:5/?host=/tmp")
@example("postgresql://u:p@[::1]x")
@example("postgresql://u:p@[]")
@example("postgresql://u:p@h:1,,i:/d?options=-c%20a%3Db")
def test_a_uri_says_to_us_what_it_says_to_libpq(text: str) -> None:
    text = text if TRIMS else text.replace(" ", "")
    assert_agrees(text, uri.parse(text))


@settings(max_examples=examples(400), deadline=None)
@given(dsns())
@example("")
@example("host=")
@example("host= user=x")
@example("host='a'user=b")
@example("host=a\\")
@example("password='it\\'s' host = h")
@example("requiressl=1")
@example("host='a")
@example("=a")
def test_a_keyword_string_says_to_us_what_it_says_to_libpq(text: str) -> None:
    parsed = keywords.parse(text)
    if keywords.unquoted_tail(text):
        # What a missing quote cut off is told as one problem, and not as parameters.
        assert libpq_reads(text) is None or not parsed.foreign
        return
    assert_agrees(text, parsed)


VALUES = st.dictionaries(
    st.sampled_from(sorted((LIBPQ & LIBPQ_HERE) - {"requiressl"})),
    st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12),
    max_size=6,
)


@settings(max_examples=examples(200), deadline=None)
@given(VALUES)
def test_what_is_rendered_as_a_uri_is_read_by_libpq_as_it_was(values: dict[str, str]) -> None:
    wanted = {name: value for name, value in values.items() if value or name not in ("host", "port")}
    read = libpq_reads(uri.render(wanted))
    assert read == wanted


@settings(max_examples=examples(200), deadline=None)
@given(dsns(), st.sampled_from(["options", "sslmode", "host"]), st.text(alphabet="ab =;'\\é%", min_size=1, max_size=8))
def test_a_parameter_put_into_a_keyword_string_is_read_by_libpq(text: str, name: str, value: str) -> None:
    before = libpq_reads(text)
    if before is None or text.endswith("\\"):
        return
    assert libpq_reads(keywords.put(text, name, value)) == {**before, name: value}
    assert libpq_reads(keywords.drop(text, name)) == {n: v for n, v in before.items() if n != name}


def test_the_list_of_parameters_is_that_of_the_newest_libpq() -> None:
    assert LIBPQ_HERE <= LIBPQ
    variables = {o.keyword.decode(): o.envvar.decode() for o in pq.Conninfo.get_defaults() if o.envvar}
    assert variables.items() <= ENVIRONMENT.items()
    hidden = {o.keyword.decode() for o in pq.Conninfo.get_defaults() if o.dispchar == b"*"}
    assert hidden <= SECRET
