"""A text around a planted secret that the run knows. The first byte chooses the encoding; a NUL is where it goes."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from pgwhy.foreign import files
from pgwhy.redaction import Redactor
from tests.fuzz.damage import damaged, joined
from tests.fuzz.invariants import SECRET, hidden, plain
from tests.redaction.test_redaction import ENCODINGS
from tests.test_fuzz import PIECES

FORMS = [encode(SECRET) for encode in ENCODINGS.values()]
REDACTOR = Redactor([SECRET])


def attempt(raw: bytes) -> None:
    if not raw:
        return
    before, _, after = files.decoded(raw[1:]).partition("\0")
    # In a line of its own, and inside one: letters of base64 or percent signs around it would make another text of it.
    for mark in ("\n", " ", '"'):
        shown = REDACTOR.clean(f"{before}{mark}{FORMS[raw[0] % len(FORMS)]}{mark}{after}")
        plain(shown)
        hidden(shown)
        REDACTOR.check(shown)


def seeds() -> Iterator[bytes]:
    for number in range(len(FORMS)):
        yield bytes([number]) + b"cannot connect to postgresql://alex:\0@db.example.com/neondb: timeout"
    yield b"\0password=\0;Host=db"


def inputs() -> st.SearchStrategy[bytes]:
    around = joined((*PIECES, "password=", "\\", "%", "'", '"'), 20)
    return damaged(seeds()) | st.builds(
        lambda form, before, after: bytes([form]) + before + b"\0" + after, st.integers(0, 255), around, around
    )
