"""`pgwhy [TARGET]`: diagnose a connection."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pgwhy.causes import Severity
from pgwhy.cli import options as shared
from pgwhy.cli import request as requests
from pgwhy.cli import status
from pgwhy.cli.ignored import ignored
from pgwhy.cli.output import Terminal, brief, rendered, step_summary, write
from pgwhy.cli.settings import BadSetting
from pgwhy.machine import Machine
from pgwhy.terminal.width import wrap
from pgwhy.values import replace


def run(target: str | None, version: bool, **options: Any) -> int:
    """Do what the command line asks for; the exit status."""
    if version:
        raise click.UsageError("use --version alone: pgwhy --version")
    if options["wait"] is not None and options["error"] is not None:
        raise click.UsageError("--wait is about this machine, and --error about another client's run")
    shared.check_quiet(options["quiet"], options["format_"], options["verbose"])
    request, redactor = requests.request(target, options)
    machine = request.machine
    reasons = _reasons(machine, options["ignore"])
    if options["ignore"]:
        _are_rules(options["ignore"], request.rules)
    request = replace(request, ignore=frozenset(reasons))
    if options["plan"]:
        from pgwhy.engine import preview

        lines = [redactor.clean(line) for line in preview.connections(request)]
        if options["format_"] in ("json", "jsonl"):
            text = json.dumps({"plan": lines}, ensure_ascii=False, indent=2 if options["format_"] == "json" else None)
        else:
            width = Terminal.here(machine.environment, machine.platform).width
            text = "\n".join(part for line in lines for part in wrap(line, width, "", "  "))
        write(text + "\n", redactor, options["output"])
        return 0
    from pgwhy.cli.running import run

    terminal = Terminal.here(machine.environment, machine.platform)
    watched = terminal.live and options["format_"] == "text" and not options["quiet"] and options["output"] is None
    report = run(request, redactor, terminal if watched else None, options["wait"])
    if told := report.extra.get("ignored"):
        named = [{"rule": rule, "reason": reasons.get(rule, "")} for rule in told]
        report = replace(report, extra={**report.extra, "ignored": named})
    if options["project"] is not None:
        from pgwhy.cli.running import with_project
        from pgwhy.project import scan

        report = with_project(report, request, scan(options["project"]), options["project"], redactor)
    if options["output"] is not None:
        terminal = Terminal()
    fail_on = Severity(options["fail_on"]) if options["fail_on"] else None
    if options["quiet"]:
        write(brief(report, terminal), redactor, options["output"])
        return status.of_run(report, fail_on)
    text = rendered(report, options["format_"], terminal, options["verbose"], fail_on)
    if options["format_"] == "github":
        step_summary(report, redactor, machine.environment)
    write(text, redactor, options["output"])
    return status.of_run(report, fail_on)


def _are_rules(named: tuple[str, ...], folders: tuple[Path, ...]) -> None:
    """On the command line a rule that is not there is a typing error; in a file it may be one that was there once."""
    from pgwhy.engine import reports
    from pgwhy.terminal.spelling import nearest

    rules = [rule.id for rule in reports.all_rules(folders)]
    for rule in (text.partition("=")[0].strip() for text in named):
        if rule not in rules:
            near = nearest(rule, rules)
            also = f"did you mean {near}?" if near else "pgwhy rules list shows them"
            raise click.BadParameter(f"there is no rule {rule}; {also}", param_hint="--ignore")


def _reasons(machine: Machine, named: tuple[str, ...]) -> dict[str, str]:
    try:
        return ignored(machine.folder, named)
    except BadSetting as problem:
        raise click.UsageError(str(problem)) from None
