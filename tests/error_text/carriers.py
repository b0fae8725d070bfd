"""What passes an error text on: logs, containers, terminals, traces, chats. Each is a function of the text."""

from __future__ import annotations

import html
import json
from collections.abc import Callable

Carrier = Callable[[str], str]


def before_each_line(prefix: str) -> Carrier:
    """A prefix that a logger or a container puts before every line."""
    return lambda text: "\n".join(prefix + line for line in text.split("\n"))


def before(prefix: str) -> Carrier:
    """A prefix before the first line alone."""
    return lambda text: prefix + text


def _json(text: str) -> str:
    return json.dumps({"level": "error", "time": 1764392400, "msg": text, "pid": 7})


def _json_in_json(text: str) -> str:
    return json.dumps({"log": _json(text) + "\n", "stream": "stderr", "time": "2026-11-29T05:00:00.1Z"})


def _logfmt(text: str) -> str:
    return f'time=2026-11-29T05:00:00Z level=error msg={json.dumps(text)} app="api"'


def _node_trace(text: str) -> str:
    return f"Error: {text}\n    at Socket.emit (node:events:518:28)\n    at processTicksAndRejections (node:internal)"


def _java_trace(text: str) -> str:
    return (
        "java.lang.RuntimeException: the task failed\n\tat com.example.Task.run(Task.java:12)\n"
        f"Caused by: java.sql.SQLException: {text}\n\tat com.example.Pool.get(Pool.java:7)\n\t... 3 more"
    )


def _python_trace(text: str) -> str:
    return (
        'Traceback (most recent call last):\n  File "/app/main.py", line 3, in <module>\n    main()\n'
        f"app.errors.TaskFailed: {text}"
    )


def _dotnet_trace(text: str) -> str:
    return (
        "Unhandled exception. System.InvalidOperationException: the task failed\n"
        f" ---> System.Exception: {text}\n   at Example.Task.Run() in /src/Task.cs:line 12\n"
        "   --- End of inner exception stack trace ---\n   at Example.Program.Main()"
    )


def _sentry(text: str) -> str:
    return json.dumps(
        {"exception": {"values": [{"type": "TaskFailed", "value": text, "mechanism": {"handled": False}}]}}
    )


CARRIERS: dict[str, Carrier] = {
    "docker compose": before_each_line("api-1  | "),
    "docker compose, with a time": before_each_line("web_1   | 2026-11-29T05:00:00.123Z "),
    "BuildKit": before_each_line("#12 3.456 "),
    "kubectl logs --prefix": before_each_line("[pod/api-5f9bbdfd77-x2x/api] "),
    "CRI": before_each_line("2026-11-29T05:00:00.123456789Z stderr F "),
    "systemd": before_each_line("Nov 29 05:00:00 host-7 api[1234]: "),
    "pm2": before_each_line("0|api      | "),
    "Heroku": before_each_line("2026-11-29T05:00:00.123456+00:00 app[web.1]: "),
    "GitHub Actions": before_each_line("2026-11-29T05:00:00.1234567Z ##[error]"),
    "GitLab CI": before_each_line("2026-11-29T05:00:00.123456Z 01E "),
    "CloudWatch": before("2026-11-29T05:00:00.123Z\t5f9bbdfd-77aa-4c1e-9d5e-0123456789ab\tERROR\t"),
    "Python logging": before("2026-11-29 05:00:00,123 ERROR [app.db] "),
    "log4j": before("2026-11-29 05:00:00.123 ERROR 7 --- [main] c.example.Application : "),
    "Rails": before("E, [2026-11-29T05:00:00.123456 #7] ERROR -- : "),
    "Postgres' own log": before("2026-11-29 05:00:00.123 UTC [1234] alex@neondb "),
    "a quotation": before_each_line("> "),
    "pytest": before_each_line("E   "),
    "npm": before_each_line("npm error "),
    "JSON": _json,
    "JSON in JSON": _json_in_json,
    "logfmt": _logfmt,
    "Node's trace": _node_trace,
    "Java's trace": _java_trace,
    "Python's trace": _python_trace,
    ".NET's trace": _dotnet_trace,
    "Go's wrapping": before("start the api: open the store: "),
    "Sentry": _sentry,
    "a web page": html.escape,
    "colours": lambda text: f"\x1b[31m{text}\x1b[0m",
    "colours without their escapes": lambda text: f"[31m{text}[0m",
    "a box": lambda text: "\n".join(f"│ {line:<100} │" for line in text.split("\n")),
    "a shell's string": lambda text: f"echo {json.dumps(text)}",
}


PREFIXES = (
    "[api]",
    "ERROR",
    "error:",
    "(db)",
    "worker-3 |",
    "request_id=4f1c2d",
    "2026-11-29T05:00:00Z",
    "at=error",
    "Unhandled rejection",
    "TaskFailed:",
    ">>>",
)
"""What loggers put before a message, in any order."""


def wrapped(text: str, column: int) -> str:
    """As a terminal breaks it: in mid-word, at a column."""
    return "\n".join(line[at : at + column] for line in text.split("\n") for at in range(0, max(1, len(line)), column))
