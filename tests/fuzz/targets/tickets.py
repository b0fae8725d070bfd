"""A ticket of a stranger's: a .zip with a report in it."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator

from hypothesis import strategies as st

from tests.foreign import mutants
from tests.fuzz.damage import damaged
from tests.fuzz.targets import reports

attempt = reports.attempt


def seeds() -> Iterator[bytes]:
    inside = next(reports.seeds())
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr(zipfile.ZipInfo("ticket.md"), b"# Connection ticket\n")
            entry = zipfile.ZipInfo("report.json")
            entry.compress_type = method
            archive.writestr(entry, inside)
        yield out.getvalue()


def inputs() -> st.SearchStrategy[bytes]:
    return st.integers(0, 2**48).map(lambda seed: mutants.ticket(random.Random(seed))) | damaged(seeds())
