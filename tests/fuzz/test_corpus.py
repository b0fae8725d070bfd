"""Every input that was ever answered wrongly, and the seeds of `make fuzz`: read as they should be."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz import findings
from tests.fuzz.invariants import LONGEST, SECRET, Broken, hidden, in_time, plain
from tests.fuzz.targets import CORPUS, NAMES, target

LARGEST = 200_000


@pytest.mark.promise("foreign-input", 1, 1)
@pytest.mark.parametrize("name", NAMES)
def test_the_corpus_is_read_as_promised(name: str) -> None:
    fuzzed = target(name)
    assert fuzzed.corpus
    for path in fuzzed.corpus:
        with in_time():
            fuzzed.attempt(path.read_bytes())


@pytest.mark.promise("foreign-input", 5, 500)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_generated_is_read_as_promised(name: str, inputs: int) -> None:
    fuzzed = target(name)

    @settings(max_examples=inputs, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(fuzzed.inputs())
    def each(raw: bytes) -> None:
        with in_time():
            fuzzed.attempt(raw[:LONGEST])

    each()


def test_every_folder_of_the_corpus_is_a_targets() -> None:
    assert sorted(path.name for path in CORPUS.iterdir()) == sorted(NAMES)
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < LARGEST


def test_the_invariants_can_be_broken() -> None:
    plain("é, a line\nbreak and a tab\t")
    hidden("Zq7vR2nW9tX")
    for shown in ("\x1b[31m", "\u202e", "\x7f"):
        with pytest.raises(Broken):
            plain(shown)
    for shown in (SECRET, f"x{SECRET}x", "".join(f"%{ord(c):02x}" for c in SECRET)):
        with pytest.raises(Broken):
            hidden(shown)


def test_a_finding_is_named_after_its_place() -> None:
    from pgwhy.target.forms import FORMS, write

    try:
        write(FORMS["uri"], {"host": 1})  # type: ignore[dict-item]
    except Exception as error:
        finding = findings.of("connections", b"x", error)
    assert finding.kind.startswith("TypeError ") and finding.file.parent == CORPUS / "connections"
