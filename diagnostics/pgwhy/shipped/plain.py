"""Plain values in a file beside the package: what a build finds out and a cold start only reads.

As `marshal` writes them, which Python itself keeps its byte code with: they are read in half of the time of JSON, and
`json` need not be imported. Format 0 is the one of every Python, and gives the same bytes for the same values. Nothing
that a user names is read so: the format is not made for what others wrote.
"""

from __future__ import annotations

import marshal
import os
from pathlib import Path
from typing import Any

FORMAT = 0


def read(file: Path) -> Any:
    """What `write` wrote there; `None` where the file is missing or damaged."""
    try:
        return marshal.loads(file.read_bytes())  # noqa: S302  it is as much ours as the byte code beside it
    except (OSError, EOFError, ValueError, TypeError):
        return None


def write(value: Any, file: Path) -> None:
    """Keep a value of mappings, lists, tuples, texts, numbers and None. The same values give the same bytes.

    Another build or a run that reads the file meanwhile reads all of it.
    """
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.write_bytes(packed(value))
    part.replace(file)


def packed(value: Any) -> bytes:
    """A value as the part of another one that is taken apart later, or never."""
    return marshal.dumps(value, FORMAT)


def unpacked(content: bytes) -> Any:
    """What `packed` has packed."""
    return marshal.loads(content)  # noqa: S302  as `read`
