"""The files that libpq and OpenSSL read for a connection, looked at before they do: neither knows a limit.

OpenSSL reads a device without an end to its end, and waits for a FIFO inside a call that nothing can stop.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from pgwhy.foreign import files
from pgwhy.target import protection

_DEFAULTS = {
    "sslrootcert": "root.crt",
    "sslcrl": "root.crl",
    "sslcert": "postgresql.crt",
    "sslkey": "postgresql.key",
}
"""Parameter → the file in `~/.postgresql` that libpq takes without it (PostgreSQL, "SSL Client File Usage")."""


def refusal(parameters: Mapping[str, str]) -> str:
    """Why one of them must not be read, as libpq would have said it; empty if all can be, or are not there."""
    if parameters.get("sslmode") == "disable":
        return ""
    for name, default in _DEFAULTS.items():
        value = parameters.get(name)
        if value == "system" or (name == "sslkey" and protection.names_an_engine(value or "", sys.platform)):
            continue  # no file: OpenSSL's own store, or a key of an engine
        path = Path(value) if value else _home() / default
        try:
            files.beginning(path, 1)
        except files.Refused as problem:
            return f'could not read {name} file "{path}": {problem.strerror}'
        except OSError:
            continue  # libpq has a sentence of its own for what is missing
    return ""


def _home() -> Path:
    try:
        return Path.home() / ".postgresql"
    except RuntimeError:
        return Path("/nonexistent")
