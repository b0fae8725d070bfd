"""One browser for a module of tests that look at pages.

Not one a session: while Playwright runs, no other event loop can run in its thread, and most tests of a run need one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running
