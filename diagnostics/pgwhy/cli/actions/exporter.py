"""`pgwhy exporter`: numbers for Prometheus."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from pgwhy.cli import status, trouble
from pgwhy.cli.output import write
from pgwhy.cli.watched import asked_of, tasks_of
from pgwhy.fleet.task import Task
from pgwhy.machine import Machine
from pgwhy.monitoring.visits import Visitor
from pgwhy.monitoring.watching.rounds import SIDE_BY_SIDE
from pgwhy.redaction import Redactor, for_machine


def run(**chosen: Any) -> int:
    """Do what the command line asks for; the exit status."""
    try:
        import prometheus_client  # noqa: F401
    except ImportError:
        raise click.ClickException("this needs prometheus_client: pip install 'pgwhy[metrics]'") from None
    machine = Machine.here()
    redactor = for_machine(machine)
    trouble.knows(redactor)
    file: Path = chosen["list_"]
    host, port = _place(chosen["listen"])
    visitor = Visitor(asked_of({**chosen, "place": ""}), machine)

    def read() -> list[Task]:
        return tasks_of((), file, machine)

    if chosen["textfile"]:
        return _textfile(read(), visitor, chosen, redactor)
    from pgwhy.monitoring.metrics.catalogue import Catalogue
    from pgwhy.monitoring.metrics.probing import Prober
    from pgwhy.monitoring.metrics.web import application
    from pgwhy.network.web_server import Server

    catalogue = Catalogue(file, read, _cannot_read_again)
    with Prober(visitor, chosen["timeout"]) as prober:
        try:
            server = Server(host, port, application(catalogue, prober))
        except (OSError, OverflowError) as problem:
            said = getattr(problem, "strerror", None) or problem
            raise click.UsageError(f"nothing can listen on {chosen['listen']}: {said}") from None
        with server:
            shown = f"[{host}]" if ":" in host else host
            sys.stderr.write(
                f"{len(catalogue.tasks):,} target{'s' * (len(catalogue.tasks) != 1)}: http://{shown}:{server.server_port}/probe?target=NAME\n"
            )
            sys.stderr.flush()
            with suppress(KeyboardInterrupt):
                server.serve_forever()
                return status.CONNECTS
    return status.INTERRUPTED


def _textfile(tasks: list[Task], visitor: Visitor, chosen: dict[str, Any], redactor: Redactor) -> int:
    """Examine all of them, and write the file as a whole."""
    from pgwhy.monitoring.metrics import families
    from pgwhy.monitoring.metrics.probing import Prober

    file: Path = chosen["textfile"]
    if file.suffix != ".prom":
        raise click.BadParameter("node_exporter reads only files that end in .prom", param_hint="--textfile")
    if chosen["login"]:
        raise click.UsageError("--textfile has no --login: a timer would send a refused password each time")
    with (
        Prober(visitor, chosen["timeout"]) as prober,
        ThreadPoolExecutor(SIDE_BY_SIDE) as threads,
    ):
        answers = dict(zip((task.name for task in tasks), threads.map(prober.answer, tasks), strict=True))
    with suppress(OSError):  # `write` has the sentence
        file.touch(0o644)  # node_exporter is another user, and there is no secret in it
    write(families.of_targets(answers).decode(), redactor, file)
    found = (status.of_answer(each) for each in answers.values())
    return max(found, key=status.WORSE.index, default=status.CONNECTS)


def _place(text: str) -> tuple[str, int]:
    """Host and port. Raises `click.BadParameter`."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise click.BadParameter("write it as HOST:PORT, 127.0.0.1:9784", param_hint="--listen")
    return host.removeprefix("[").removesuffix("]") or "0.0.0.0", int(port)  # noqa: S104 - the user's own word


def _cannot_read_again(problem: Exception) -> None:
    said = problem.format_message() if isinstance(problem, click.ClickException) else type(problem).__name__
    sys.stderr.write(trouble.without_secrets(f"The targets stay as they were: {said}\n", ()))
    sys.stderr.flush()
