"""`pgwhy lab`: a Postgres that is broken on purpose, to be tried with one's own client."""

from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial

import click

from pgwhy.lab.faults import faults, real_clients, record
from pgwhy.lab.faults.fault import Fault
from pgwhy.lab.faults.matrix import Matrix
from pgwhy.lab.faults.stage import Scene, missing, staged
from pgwhy.lab.faults.trial import Trial, TrialError
from pgwhy.lab.network.namespace import NamespaceError
from pgwhy.lab.postgres.installation import PostgresError


def listed() -> None:
    """List the faults, one a line: name, tier, cause, title."""
    rows = []
    for slug in faults.slugs():
        try:
            fault = faults.load(slug)
        except faults.FaultError as error:
            rows.append((slug, "?", "?", str(error)))
        else:
            rows.append((slug, fault.tier.value, _expected(fault), fault.title))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for *columns, title in rows:
        click.echo("  ".join([*(text.ljust(width) for text, width in zip(columns, widths, strict=True)), title]))


def up(fault: str) -> int:
    """Keep the lab running with FAULT, and print what to try with your own client. Ctrl-C ends it."""
    with _trouble(), staged(_possible(fault)) as stage:
        _tell(stage)
        threading.Event().wait()
    return 0


def run(names: tuple[str, ...], workers: int | None) -> int:
    """Diagnose each FAULT, or all of them, and say whether that was right. Exit status 1 if one was not."""
    for name in names:
        _known(name)
    chosen = names or faults.slugs()
    width, wrong, ran = max(map(len, chosen)), 0, 0
    with Matrix(workers) as matrix:
        for slug, judgement in _judged(chosen, matrix):
            ran += not judgement.startswith("not run")
            wrong += judgement.startswith("WRONG")
            click.echo(f"{slug:<{width}}  {judgement}")
    click.echo(f"\n{ran - wrong} of {ran} right")
    return 1 if wrong else 0


def recorded(names: tuple[str, ...], client: str | None, shell: str | None, title: str | None) -> int:
    """Run a real client against each FAULT and store its output in the file of the fault, as [seen]."""
    if (shell is None) != (title is None):
        raise click.UsageError("--command and --title go together")
    with _trouble():
        real = real_clients.by_command(title, shell) if shell and title else real_clients.NAMED[client or "psql"]()
    with Matrix() as matrix:
        started = matrix.each(map(_possible, names), partial(record.printed, client=real))
        for name in names:
            with _trouble():
                seen = started[name].result()
            record.keep(faults.folder() / f"{name}.toml", seen)
            click.echo(f"{name}: {seen.client}\n  " + seen.text.replace("\n", "\n  "))
            if seen.connected and not name.startswith("healthy-"):
                click.echo("  This client connected: what it printed shows no failure.")
    return 0


def _judged(chosen: Iterable[str], matrix: Matrix) -> Iterator[tuple[str, str]]:
    """Each of them with `right`, `WRONG` or `not run`, and more about it."""
    early: dict[str, str] = {}
    possible = []
    for slug in chosen:
        try:
            fault = faults.load(slug)
        except faults.FaultError as error:
            early[slug] = f"WRONG  {error}"
            continue
        if reason := missing(fault):
            early[slug] = f"not run: {reason}"
        else:
            possible.append(fault)
    started = matrix.start(possible)
    for slug in chosen:
        yield slug, early[slug] if slug in early else _judgement(started[slug], matrix)


def _judgement(started: Future[Trial], matrix: Matrix) -> str:
    try:
        trial = matrix.judged(started)
    except (PostgresError, NamespaceError, TrialError, faults.FaultError) as error:
        return f"WRONG  {error}"
    if trial.mistakes:
        return f"WRONG  {trial.elapsed_s:5.2f} s  {'; '.join(trial.mistakes)}"
    return f"right  {trial.elapsed_s:5.2f} s"


def _tell(stage: Scene) -> None:
    """What to try. This world and its password exist until Ctrl-C, on this machine: here the password may be seen."""
    click.echo(f"{stage.fault.title}\n")
    if stage.way_in:
        click.echo("It is on a network of its own. A shell there, in the user's home:\n")
        shell = os.environ.get("SHELL", "/bin/sh")
        click.echo(f"  HOME={shlex.quote(str(stage.home))} {shlex.join((*stage.way_in, shell))}\n\nand in it:\n")
    elif stage.given.files:
        click.echo(f"export HOME={shlex.quote(str(stage.home))}\ncd")
    for name, value in stage.given.environment.items():
        click.echo(f"export {name}={shlex.quote(value)}")
    if stage.given.target is not None:
        click.echo(f"  {shlex.quote(stage.given.target.reveal())}")
    if stage.given.error is not None:
        click.echo(f"\nThe failing client prints:\n  {stage.given.error}")
    if stage.fault.seen is not None:
        click.echo(f"\nWhat {stage.fault.seen.client} printed:\n{record.filled(stage.fault.seen.text, stage).rstrip()}")
    click.echo("\nCtrl-C ends it.")


def _expected(fault: Fault) -> str:
    if fault.expect.cause is not None:
        return fault.expect.cause.value
    return "" if fault.expect.status == "connects" else f"({fault.expect.status}, no cause)"


def _possible(name: str) -> Fault:
    _known(name)
    try:
        fault = faults.load(name)
    except faults.FaultError as error:
        raise click.ClickException(str(error)) from None
    if reason := missing(fault):
        raise click.ClickException(reason)
    return fault


def _known(name: str) -> None:
    if name not in faults.slugs():
        raise click.BadParameter(f"no fault is called {name!r}; see: pgwhy lab list", param_hint="FAULT")


@contextmanager
def _trouble() -> Iterator[None]:
    """What keeps a fault from its stage, told as an error of the command."""
    try:
        yield
    except (PostgresError, NamespaceError, faults.FaultError) as error:
        raise click.ClickException(str(error)) from None
