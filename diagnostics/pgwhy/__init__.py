"""Why does this Postgres connection fail, and what makes it work?

    from pgwhy import diagnose_sync
    report = diagnose_sync("env:DATABASE_URL")
    report.verdict.status, report.verdict.cause, report.findings[0].fixes
    print(report.to_text())

Everything here is imported when it is first used: `import pgwhy` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgwhy.api import Report, diagnose, diagnose_sync, explain
    from pgwhy.incident.on_failure import pgwhy_on_failure
    from pgwhy.target.model import Target

__version__ = "0.1.0"

__all__ = ["diagnose", "diagnose_sync", "explain", "pgwhy_on_failure", "Target", "Report", "__version__"]

_HOMES = {
    "diagnose": "pgwhy.api",
    "diagnose_sync": "pgwhy.api",
    "explain": "pgwhy.api",
    "pgwhy_on_failure": "pgwhy.incident.on_failure",
    "Report": "pgwhy.api",
    "Target": "pgwhy.target.model",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
