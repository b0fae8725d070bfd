"""`pgwhy fleet`: many targets at once, and what those that fail have in common."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pgwhy.cli import status, trouble
from pgwhy.cli.output import Terminal, write
from pgwhy.cli.progress import ProgressBar
from pgwhy.fleet import answer, lists, results
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.dispatch import Dispatcher, Done, Limits, tasks
from pgwhy.fleet.executor import Executor, ExecutorGone
from pgwhy.fleet.lists import BadList, ListForm
from pgwhy.fleet.places import Places
from pgwhy.fleet.results import BadResults, Results
from pgwhy.fleet.summary import Summary
from pgwhy.fleet.task import Asked, Entry
from pgwhy.machine import Machine
from pgwhy.redaction import Redactor, for_machine
from pgwhy.values import dataclass

REPORT = "report"


class Seen:
    """What is known so far."""

    def __init__(self, *, by_place: bool) -> None:
        self.summary = Summary()
        self.places = Places() if by_place else None
        """`None` where each target is examined from one place."""
        self.worst = status.CONNECTS
        self.done: Done = Counter()
        """Of an earlier run."""

    def add(self, found: Answer) -> None:
        """One more answer."""
        self.summary.add(found)
        if self.places is not None:
            self.places.add(found)
        self.worst = max(self.worst, status.of_answer(found), key=status.WORSE.index)


@dataclass(frozen=True)
class Source:
    """Where the list comes from."""

    path: Path | None
    """`None`: standard input."""
    form: ListForm
    group: str = ""
    """Of an inventory, only this group; empty: all."""

    @property
    def name(self) -> str:
        """What to call it."""
        return str(self.path) if self.path is not None else "standard input"

    def entries(self, machine: Machine) -> Iterator[Entry]:
        """The targets. Raises `BadList` and `OSError`."""
        if self.path is None:
            return lists.of_stream(sys.stdin.buffer, self.form)
        return lists.entries(self.path, self.form, machine, self.group)

    def count(self, machine: Machine) -> int | None:
        """How many there are; `None` where they can be read only once."""
        if self.path is None or not (self.path.is_dir() or self.path.is_file()):
            return None
        return sum(1 for _ in self.entries(machine))


def run(arguments: tuple[str, ...], **chosen: Any) -> int:
    """Do what the command line asks for; the exit status."""
    machine = Machine.here()
    redactor = for_machine(machine)
    trouble.knows(redactor)
    if chosen["recipe"]:
        from pgwhy.fleet import recipes

        write(recipes.text(chosen["recipe"]), redactor, chosen["output"])
        return 0
    if arguments[:1] == (REPORT,) and len(arguments) == 2:
        return _report(Path(arguments[1]), chosen, redactor)
    source = _source(arguments, chosen)
    asked = _asked(chosen)
    seen = Seen(by_place=chosen["from_every_worker"])
    try:
        kept = Results.opened(chosen["results"], resume=chosen["resume"]) if chosen["results"] else None
    except BadResults as problem:
        raise click.UsageError(str(problem)) from None
    try:
        for earlier in kept.earlier() if kept is not None else ():
            seen.add(earlier)
            seen.done[earlier["name"], earlier["place"] if chosen["from_every_worker"] else ""] += 1
        ended = _examine(source, asked, chosen, machine, seen, kept)
    finally:
        if kept is not None:
            kept.close()
    _show(seen, chosen, redactor)
    return seen.worst if ended is None else ended


def _examine(
    source: Source, asked: Asked, chosen: dict[str, Any], machine: Machine, seen: Seen, kept: Results | None
) -> int | None:
    """Until all are answered: `None`, or the status with which it ended before."""
    executor: Executor | None = None
    bar, said, redactor = None, "", for_machine(machine)
    try:
        count = source.count(machine)
        executor = _executor(asked, chosen, machine)
        places = executor.places if chosen["from_every_worker"] else {}
        given = tasks(source.entries(machine), machine, seen.done, places, read_here=not chosen["cluster"])
        total = None if count is None else count * max(1, len(places))
        bar = ProgressBar.here(sys.stderr, total, seen.summary.total)
        for found in Dispatcher(given, executor, Limits(chosen["per_host"], chosen["per_provider"])):
            if found is not None:
                seen.add(found)
                if kept is not None:
                    kept.add(found)
                if chosen["format_"] == "jsonl" and chosen["output"] is None:
                    write(answer.line(found), redactor)
            bar.show(seen.summary.total, seen.summary.total - seen.summary.well)
        return None
    except KeyboardInterrupt:
        said, ended = "Interrupted", status.INTERRUPTED
    except (ExecutorGone, BadList) as problem:
        said, ended = str(problem), trouble.USAGE
    except OSError as problem:
        said, ended = f"{problem.filename or source.name}: {problem.strerror}", trouble.USAGE
    finally:
        if bar is not None:
            bar.clear()
        if executor is not None:
            executor.close()
    sys.stderr.write(redactor.clean(f"{said[:1].upper()}{said[1:]}. {_kept_so_far(seen, kept)}\n"))
    return ended


def _kept_so_far(seen: Seen, kept: Results | None) -> str:
    total = f"{seen.summary.total:,} {'target is' if seen.summary.total == 1 else 'targets are'} answered"
    if kept is None:
        return f"{total}; with --results FILE a run can go on later."
    return f"{total}, and in {kept.path}: the same command with --resume goes on."


def _source(arguments: tuple[str, ...], chosen: dict[str, Any]) -> Source:
    """Raises `click.UsageError` unless there is exactly one list."""
    named = [
        *(Source(None if text == "-" else Path(text), _form(text, chosen["form"])) for text in arguments),
        *([Source(chosen["from_kubernetes"], ListForm.KUBERNETES)] if chosen["from_kubernetes"] else []),
        *([Source(chosen["from_ansible"], ListForm.ANSIBLE, chosen["group"])] if chosen["from_ansible"] else []),
    ]
    if len(named) != 1:
        raise click.UsageError("give one list of targets: a file, a folder, - or --from-kubernetes, --from-ansible")
    if named[0].path is not None and not named[0].path.exists():
        raise click.UsageError(f"{named[0].name} is not there; one target alone is for: pgwhy TARGET")
    return named[0]


def _form(text: str, form: str | None) -> ListForm:
    if form is not None:
        return ListForm(form)
    return ListForm.LINES if text == "-" else lists.form_of(Path(text))


def _asked(chosen: dict[str, Any]) -> Asked:
    """Raises `click.UsageError` for options that do not fit, before anything is opened."""
    if chosen["resume"] and chosen["results"] is None:
        raise click.UsageError("--resume needs --results FILE, the file that the earlier run wrote")
    if (chosen["from_every_worker"] or chosen["send_secrets"]) and not chosen["cluster"]:
        raise click.UsageError("--from-every-worker and --send-secrets need --cluster ADDRESS")
    if chosen["send_secrets"] and not chosen["cluster"].startswith("tls://"):
        raise click.UsageError("--send-secrets needs a scheduler with TLS: --cluster tls://...")
    if chosen["client"]:
        from pgwhy.client import UnknownClient, resolve

        try:
            resolve(chosen["client"], None, None)
        except UnknownClient as unknown:
            raise click.BadParameter(str(unknown), param_hint="--client") from None
    if chosen["folders"]:
        from pgwhy.engine import reports  # a mistake in them is told now, and not once for each process

        reports.all_rules(chosen["folders"])
    return Asked(
        login=chosen["login"],
        verify=chosen["verify"],
        timeout_s=chosen["timeout"],
        client=chosen["client"],
        rules=tuple(str(folder.absolute()) for folder in chosen["folders"]),
        whole=chosen["full"],
        place=chosen["place"],
    )


def _executor(asked: Asked, chosen: dict[str, Any], machine: Machine) -> Executor:
    if chosen["cluster"]:
        from pgwhy.fleet.cluster import PARCEL, Cluster

        size = chosen["concurrency"] or PARCEL
        return Cluster(asked, chosen["cluster"], machine, send_secrets=chosen["send_secrets"], parcel=size)
    from pgwhy.fleet.local import Processes

    return Processes(asked, chosen["concurrency"], chosen["processes"])


def _report(folder: Path, chosen: dict[str, Any], redactor: Redactor) -> int:
    """Join what several places have answered."""
    seen = Seen(by_place=True)
    try:
        for found in results.of_folder(folder):
            found = redactor.clean_value(found)
            seen.add(found)
            if chosen["format_"] == "jsonl" and chosen["output"] is None:
                write(answer.line(found), redactor)
    except (BadResults, OSError) as problem:
        raise click.UsageError(str(problem)) from None
    _show(seen, chosen, redactor)
    return seen.worst


def _show(seen: Seen, chosen: dict[str, Any], redactor: Redactor) -> None:
    """The table or the page that ends it."""
    if chosen["format_"] == "html":
        from pgwhy.fleet.pages import html

        write(html.page(seen.summary, seen.places), redactor, chosen["output"])
        return
    from pgwhy.fleet.pages import text

    # Where the answers themselves go to standard output, the table goes to the other one.
    stream = sys.stderr if chosen["format_"] == "jsonl" and chosen["output"] is None else sys.stdout
    machine = Machine.here()
    terminal = Terminal() if chosen["output"] else Terminal.here(machine.environment, machine.platform, stream)
    lines = text.page(seen.summary, seen.places, terminal.width)
    painted = [one.painted() if terminal.colour else one.text for one in lines]
    write("\n".join(painted) + "\n", redactor, chosen["output"], stream)
