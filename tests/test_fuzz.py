"""Any text at all: no exception, no escape for the terminal, and time that grows with its length alone."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pgwhy.causes import Cause
from pgwhy.engine import reports
from pgwhy.engine.batch import answers
from pgwhy.error_text import without_escapes
from pgwhy.machine import Machine
from pgwhy.redaction import Redactor, for_machine
from pgwhy.report import document, saved
from pgwhy.report.text import page
from tests.sampling import examples

RULES = reports.all_rules()
MACHINE = Machine.here()
GROWTH = 15
"""How much longer ten times the text may take."""
LEAST_S = 0.02
"""What is shorter cannot be measured well enough to be compared."""

PIECES = (
    "FATAL:  ", "ERROR: ", "connection to server at ", '"db.example.com" (', "192.0.2.7), port ", "5432 failed: ",
    "Connection refused", "password authentication failed for user ", "'alex'", '"alex"', "SQLSTATE[08006] [7] ",
    "getaddrinfo ENOTFOUND ", "dial tcp ", "[::1]:5432", "postgresql://u:p@h:5432/d?sslmode=require", "\\n", "\\\"",
    "\\u00e9", "\x1b[31m", "\x1b]8;;", "\x07", "\u202e", "\0", "\ufeff", "&quot;", "<br>", "Ã©", "' +\n'", "│ ",
    "{", "}", "[", "]", "(", ")", "%3D", "endpoint=ep-cool-darkness-123456;", "password=", "PASSWORD '", "Bearer ",
    ":s3cr3t@", "\t", "\r\n", "\n",
    " ", "2026-11-25 22:00:07 ", "E   ", "> ", "code: '28P01'", "P1001", "ECONNREFUSED", "errno: -111",
    "0x0000274D/10061",
    "😀", "İ", "\ud800",
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40).map("".join),
    st.binary(max_size=600).map(lambda raw: raw.decode("utf-8", "replace")),
    st.binary(max_size=600).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    st.binary(max_size=600).map(lambda raw: raw.decode("latin-1")),
)


def told(text: str) -> str:
    report = Redactor().clean_value(reports.of_text(text, MACHINE, rulebook=RULES))
    out = page(report, 80) + page(report, 40, unicode=False, verbose=True)
    json.loads(document.to_line(report).encode("utf-8", "backslashreplace"))
    return out


@settings(max_examples=examples(300), deadline=None)
@given(TEXTS)
def test_any_text_has_a_page(text: str) -> None:
    out = told(text)
    assert out and out == without_escapes(out)


@settings(max_examples=examples(300), deadline=None)
@given(TEXTS)
@example("FATAL: endpoint=ep-cool-darkness-123456;0x0000274D/10061")
def test_in_a_batch_it_has_the_same_answer(text: str) -> None:
    (found,) = answers([json.dumps({"text": text}).encode()], RULES, for_machine(MACHINE))
    verdict = reports.of_text(text, MACHINE, rulebook=RULES).verdict
    also = [{"cause": cause, "rule": rule} for cause, rule in verdict.also]
    assert found == {"id": None, "cause": verdict.cause, "rule": verdict.rule, "stage": verdict.stage, "also": also}
    assert verdict.cause is None or verdict.cause in set(Cause)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=80), TEXTS.map(lambda t: json.dumps({"text": t}).encode())), max_size=5))
@example([b"\x00\r\x00"])
def test_any_lines_are_answered_one_for_one(lines: list[bytes]) -> None:
    lines = [line.replace(b"\n", b" ") for line in lines]
    assert len(list(answers(lines, RULES, for_machine(MACHINE)))) == sum(1 for line in lines if line.strip())


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=5), st.sampled_from([b",", b";", b"\t"]))
def test_any_rows_are_answered_and_no_more_than_there_are(lines: list[bytes], mark: bytes) -> None:
    lines = [line.replace(b"\n", b" ") + b"\n" for line in lines]
    header = mark.join((b"id", b"text")) + b"\n"
    assert len(list(answers([header, *lines], RULES, for_machine(MACHINE)))) <= len(lines)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=examples(200), deadline=None)
@given(st.dictionaries(st.sampled_from(["schema", "tool", "verdict", "observations", "target", "findings"]), JSON))
def test_any_json_is_read_or_refused_with_a_sentence(given_document: dict) -> None:
    from pgwhy.probes import VOCABULARY

    text = json.dumps({**given_document, "schema": document.SCHEMA})
    with pytest.raises(document.NotAReport):
        saved.read(text, VOCABULARY)


HUGE = {
    "letters": "a",
    "spaces": " ",
    "line breaks": "\n",
    "backslashes": "\\",
    "escaped quotes": '\\"',
    "quotes": '"',
    "brackets": "[",
    "escapes": "\x1b[",
    "links": "\x1b]8;;",
    "digits": "1",
    "dots": "1.",
    "colons": "a:",
    "schemes": "://a:",
    "addresses": "a@",
    "words": "FATAL:  ",
    "passwords": "password=",
    "endpoints": "endpoint=ep-a-b-c;",
    "accents": "é",
    "mojibake": "Ã©",
    "entities": "&amp;",
    "tags": "<br>",
    "capitals": "E_A",
    "codes": "28P01 ",
    "parentheses": "(",
    "underscores": "(a_b_c",
    "prefixes": "2026-11-25 22:00:07 ",
    "bars": "│ ",
    "joined": "'+\n'",
    "attempts": 'connection to server at "a" (1.2.3.4), port 5432 failed: ',
    "settings": "a.",
    "plus": "a+",
    "lines of a prompt": "\n\t",
    "unfinished attempts": "connection to server ",
    "mixed": 'x"\'`\\ (a_b: 28P01 @://k="v" E0 [1] {2} \t',
}


@pytest.mark.sampled(by=lambda unit: {len(unit) > 1})
@pytest.mark.parametrize("unit", HUGE.values(), ids=HUGE.keys())
def test_the_time_grows_with_the_length_of_the_text_alone(unit: str) -> None:
    """Ten times the text, and far less than a hundred times the time: the processor's, in one of three tries."""

    def cost(megabytes: int) -> float:
        # With words before it that make the redactor look for passwords of every kind.
        text = "password token endpoint=a; x:y@z :5432: md5 npg_ " + unit * (megabytes * 1_000_000 // len(unit))
        begin = time.process_time()
        page(Redactor().clean_value(reports.of_text(text, MACHINE, rulebook=RULES)), 80)
        return time.process_time() - begin

    assert any(cost(10) < GROWTH * max(cost(1), LEAST_S) for _ in range(3))
