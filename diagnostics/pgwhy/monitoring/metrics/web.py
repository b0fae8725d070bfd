"""What Prometheus asks over HTTP, as a WSGI application (PEP 3333).

/probe?target=NAME   one target, examined now: metrics
/targets             the names, for Prometheus' HTTP service discovery
/metrics             the exporter itself
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from pgwhy.monitoring.metrics import families
from pgwhy.monitoring.metrics.catalogue import Catalogue
from pgwhy.monitoring.metrics.probing import Prober

TEXT, JSON = "text/plain; charset=utf-8", "application/json"
SCRAPE_TIMEOUT = "HTTP_X_PROMETHEUS_SCRAPE_TIMEOUT_SECONDS"
"""What Prometheus says of how long it waits."""
EARLIER_S = 0.5
"""So much before that the answer is on its way, as blackbox_exporter does it."""
SHORTEST_S = 1.0
_HOME = """pgwhy exporter

/probe?target=NAME  examine a target now
/targets            their names
/metrics            the exporter itself
"""

Answered = tuple[str, str, bytes]
"""Status, type and body."""


def application(catalogue: Catalogue, prober: Prober) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """The application."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        status, kind, body = _answered(environ, catalogue, prober)
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def _answered(environ: WSGIEnvironment, catalogue: Catalogue, prober: Prober) -> Answered:
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return _said("405 Method Not Allowed", "Only GET is answered here.")
    path = environ.get("PATH_INFO", "/")
    if path == "/probe":
        return _probe(environ, catalogue, prober)
    if path == "/metrics":
        return "200 OK", families.CONTENT_TYPE, families.of_exporter(len(catalogue.tasks), prober.runs)
    if path == "/targets":
        return "200 OK", JSON, json.dumps([{"targets": [name]} for name in catalogue.tasks]).encode()
    return ("200 OK", TEXT, _HOME.encode()) if path == "/" else _said("404 Not Found", "There is no such page; see /.")


def _probe(environ: WSGIEnvironment, catalogue: Catalogue, prober: Prober) -> Answered:
    names = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=20).get("target", [])
    if len(names) != 1:
        return _said("400 Bad Request", "Name one target: /probe?target=NAME. The names are at /targets.")
    task = catalogue.tasks.get(names[0])
    if task is None:  # the name is not repeated: it may be a connection string
        return _said("404 Not Found", "No target has this name; the names are at /targets. A URL is no name.")
    return "200 OK", families.CONTENT_TYPE, families.of_answer(prober.answer(task, _limit_s(environ)))


def _limit_s(environ: WSGIEnvironment) -> float | None:
    try:
        seconds = float(environ.get(SCRAPE_TIMEOUT, ""))
    except ValueError:
        return None
    return max(SHORTEST_S, seconds - EARLIER_S) if seconds > 0 else None


def _said(status: str, sentence: str) -> Answered:
    return status, TEXT, f"{sentence}\n".encode()
