"""The answer about one target: a line of JSON Lines, which is all that is kept of it.

`pgwhy/fleet/1` is a contract: keys are added, and none changes its meaning. Times are milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pgwhy.failure import Failure
from pgwhy.finding import Report, Status
from pgwhy.fleet.task import Task
from pgwhy.foreign import json_text
from pgwhy.probes.tcp import Attempt
from pgwhy.progress import Stage

SCHEMA = "pgwhy/fleet/1"
Answer = dict[str, Any]

WELL = (Status.CONNECTS, Status.REACHABLE)
UNREAD = "unread"
"""The status of a line of the list that is no target."""
LOST = "lost"
"""The status of a target whose run was lost: its process or worker ended, again and again."""
BUG = "bug"
"""The status of a target at which pgwhy itself made a mistake."""
_SPANS = {"dns": Stage.DNS, "tcp": Stage.TCP, "tls": Stage.TLS, "startup": Stage.STARTUP, "authentication": Stage.AUTH}
"""The probe of a span → the stage that it is about; of several the longest counts, as they run side by side."""


def of_report(task: Task, report: Report, place: str) -> Answer:
    """The answer that a run gives; not yet without secrets."""
    verdict, get = report.verdict, report.observations.get
    days = get("tls.expires_in_days")
    return {
        **_beginning(task, place),
        "status": verdict.status.value,
        "stage": verdict.stage.value if verdict.stage else None,
        "cause": verdict.cause.value if verdict.cause else None,
        "rule": verdict.rule,
        "owner": verdict.owner.value if verdict.owner else None,
        "retry": verdict.retry.value if verdict.retry else None,
        "title": next((f.title for f in report.findings if f.rule == verdict.rule), "") if verdict.rule else "",
        "summary": verdict.summary,
        "host": get("target.host") or "",
        "port": get("target.port"),
        "provider": get("target.provider"),
        "addresses": list(get("dns.addresses") or ()),
        "dead_addresses": _dead(get("tcp.attempts") or ()),
        "resolvers": sorted({answer.resolver for answer in get("dns.answers") or () if not answer.compared}),
        "tls": {"version": get("tls.version"), "issuer": get("tls.issuer"), "expires_in_days": days},
        "ms": _times(report),
        "duration_ms": report.duration_ms,
        "started_at": report.started_at,
        "report_id": report.report_id,
        "client": report.tested_as.get("client"),
    }


def without_run(task: Task, status: str, summary: str, place: str = "") -> Answer:
    """The answer about a target that was not examined, with the reason as a sentence."""
    return {**_beginning(task, place), **_NOTHING, "status": status, "summary": summary}


_NOTHING: Answer = {"stage": None, "cause": None, "resolvers": [], "dead_addresses": [], "tls": {}, "ms": {}}
"""What every answer has, of one that has nothing."""


def _beginning(task: Task, place: str) -> Answer:
    return {
        "schema": SCHEMA,
        "name": task.name,
        "place": place,
        "labels": dict(task.labels),
        "line": task.line,
    }


def _times(report: Report) -> dict[str, float]:
    found: dict[str, float] = {}
    for span in report.timeline:
        if (stage := _SPANS.get(span.probe)) and span.outcome != "cancelled":
            found[stage.value] = max(found.get(stage.value, 0.0), round(span.end_ms - span.start_ms, 2))
    return found


def _dead(attempts: Sequence[Attempt]) -> list[str]:
    """The addresses that accepted no connection, with the port where there are several. One that this machine has no
    way to (IPv6 in a network of IPv4) says nothing about the server.
    """
    several = len({each.port for each in attempts}) > 1
    return [
        f"{each.address} port {each.port}" if several else each.address
        for each in attempts
        if each.failure not in (None, Failure.NETWORK_UNREACHABLE)
    ]


def is_well(answer: Mapping[str, Any]) -> bool:
    """It connects, or was reached as far as a run without a login goes."""
    return answer.get("status") in WELL


def line(answer: Answer) -> str:
    """As JSON Lines, with its line break."""
    return json.dumps(answer, separators=(",", ":"), ensure_ascii=False) + "\n"


def read(text: str) -> Answer | None:
    """The answer of a line; `None` for one that is none: cut off by a full disk, of another program."""
    try:
        data = json_text.read(text)
    except json_text.Unfit:
        return None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA or not isinstance(data.get("name"), str):
        return None
    labels = data.get("labels")
    data["labels"] = {str(k): str(v) for k, v in labels.items()} if isinstance(labels, dict) else {}
    data["name"] = " ".join(data["name"].split())
    for name, kind in _KINDS.items():
        if not isinstance(data.get(name), kind):
            data[name] = kind()
    for name in _WORDS:
        if not isinstance(data.get(name), str):
            data[name] = None
    data["ms"] = {k: v for k, v in data["ms"].items() if isinstance(v, (int, float))}
    return data


_KINDS: dict[str, type] = {"place": str, "status": str, "summary": str, "ms": dict, "tls": dict}
_KINDS |= {"resolvers": list, "addresses": list}
_WORDS = ("stage", "cause", "title", "host", "provider", "started_at")
"""Texts, or null."""


def in_lines(lines: Iterator[str]) -> Iterator[Answer]:
    """Those of a file; what is none is passed over."""
    for text in lines:
        if text.strip() and (found := read(text)) is not None:
            yield found
