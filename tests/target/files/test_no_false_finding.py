"""No rule finds fault with a healthy settings file: where nobody listens, that is all that is said."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgwhy import diagnose_sync
from pgwhy.target.files.kinds import called
from tests.target.files import values
from tests.target.files.healthy import HEALTHY
from tests.target.machines import machine

MOST = 10 if os.environ.get("PGWHY_GENERATED_FILES") else 1
"""Files of each kind."""


@pytest.fixture(scope="module")
def closed() -> Iterator[int]:
    """A port of this machine on which nobody listens, and which nobody else is given meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


@pytest.mark.parametrize("kind", HEALTHY)
def test_what_is_said_is_that_nobody_listens(kind: str, closed: int, tmp_path: Path) -> None:
    # Beside a Postgres of its own, 127.0.0.1 in a service of Compose is a mistake.
    own = r"image: \S*(?:postgres|timescale)" if called(kind).has_services else r"(?!)"
    every = [(file, text) for file, texts in HEALTHY[kind].items() for text in texts if not re.search(own, text)]
    for number, (file, text) in enumerate(every[:MOST]):
        folder = tmp_path / str(number)
        path = folder / file
        path.parent.mkdir(parents=True)
        path.write_text(_here(text, closed))
        variables = {name: _here(value, closed) for name, value in values.VARIABLES.items()}
        report = diagnose_sync(f"@{file}", machine=machine(variables, folder=folder))
        assert report.verdict.cause == "connection-refused", report.verdict


def _here(text: str, port: int) -> str:
    return re.sub(rf"\b{values.PORT}\b(?!:5432)", str(port), text.replace(values.HOST, "127.0.0.1"))
