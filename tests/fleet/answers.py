"""Answers about targets, as `pgwhy fleet` writes them."""

from __future__ import annotations

from typing import Any

from pgwhy.fleet.answer import SCHEMA, Answer


def answer(
    name: str, status: str = "reachable", stage: str | None = None, cause: str | None = None, **more: Any
) -> Answer:
    """One with as much as is given."""
    nothing: Answer = {"labels": {}, "resolvers": [], "tls": {}, "ms": {}, "line": 1, "summary": "", "place": "here"}
    return {"schema": SCHEMA, **nothing, "name": name, "status": status, "stage": stage, "cause": cause, **more}


def unknown_name(name: str, resolver: str = "10.0.0.2:53", **more: Any) -> Answer:
    """One whose name does not exist."""
    title = "this host name cannot be found"
    return answer(name, "fails", "dns", "dns-not-found", resolvers=[resolver], title=title, **more)
