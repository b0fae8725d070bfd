"""TOML tables of the package, and their compiled form, which can never be stale.

A build writes what they say as plain values, with the SHA-256 of their bytes: to parse one TOML file costs as much as a
Python that does nothing. Where the hash is another, or there is none, the file itself is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pgwhy.shipped import PACKAGE, plain
from pgwhy.shipped.digest import sha256

COMPILED = PACKAGE / "tables-compiled.bin"
COMPILED_TABLES = ("client/clients.toml",)
"""In the package: those that a cold start reads."""


def read(file: Path) -> dict[str, Any]:
    """What a TOML file of the package says."""
    content = file.read_bytes()
    compiled = plain.read(COMPILED)
    known = compiled.get(sha256(content).hexdigest()) if isinstance(compiled, dict) else None
    if isinstance(known, dict):
        return known
    import tomllib  # the compiled form does without

    return tomllib.loads(content.decode())


def compile_tables(files: Iterable[str] = COMPILED_TABLES, to: Path = COMPILED) -> None:
    """Write the compiled form. The same files give the same bytes."""
    import tomllib

    said = {}
    for name in files:
        content = (PACKAGE / name).read_bytes()
        said[sha256(content).hexdigest()] = tomllib.loads(content.decode())
    plain.write(said, to)
