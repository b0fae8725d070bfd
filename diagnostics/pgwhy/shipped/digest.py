"""SHA-256 without what `hashlib` loads: OpenSSL costs a cold start 5 ms, and every CPython has this beside it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def _found() -> Callable[[bytes], Any]:
    for module in ("_sha2", "_sha256", "hashlib"):  # 3.12 and later, 3.11, anywhere
        try:
            made: Callable[[bytes], Any] = import_module(module).sha256
            return made
        except (ImportError, AttributeError):
            continue
    raise ImportError("no SHA-256")


sha256 = _found()
