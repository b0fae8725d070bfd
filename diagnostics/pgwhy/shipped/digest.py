"""Digests without what `hashlib` loads: OpenSSL costs a cold start 5 ms, and every CPython has these beside it.

BLAKE2 takes a third of the time of SHA-256. It tells whether a large file is still the one that was compiled; SHA-256
is what others see.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def _found(name: str, *modules: str) -> Callable[[bytes], Any]:
    for module in (*modules, "hashlib"):
        try:
            made: Callable[[bytes], Any] = getattr(import_module(module), name)
            return made
        except (ImportError, AttributeError):
            continue
    raise ImportError(f"no {name}")


sha256 = _found("sha256", "_sha2", "_sha256")  # 3.12 and later, 3.11
blake2b = _found("blake2b", "_blake2")
