"""`pgwhy snippets [TARGET]`: the code or the settings to paste for each stack, right for its driver."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgwhy import redaction
from pgwhy import target as targets
from pgwhy.cli import given as inputs
from pgwhy.cli import trouble
from pgwhy.cli.output import Terminal, write
from pgwhy.error_text import without_escapes
from pgwhy.machine import Machine
from pgwhy.redaction import Redactor
from pgwhy.snippets import STACKS, Snippet, snippet
from pgwhy.snippets.choices import bundle
from pgwhy.snippets.pooling import DIRECT, POOLED
from pgwhy.target.forms import CannotCarry
from pgwhy.target.model import CannotChange
from pgwhy.terminal.width import wrap

if TYPE_CHECKING:
    from pgwhy.target.model import Target

UNREADABLE = 1


def run(stacks: str | None, host: str, form: str | None, format_: str, listed: bool, target: str | None) -> int | None:
    """Do what the command line asks for; the exit status."""
    if listed:
        write(_list(), Redactor())
        return None
    names = _names(stacks)
    read = _target(target, form)
    if targets.is_nothing(read):
        raise click.UsageError("nothing here names a connection: no TARGET, and no DATABASE_URL or PGHOST in sight")
    redactor = redaction.for_target(read)
    trouble.knows(redactor)
    roots = bundle()
    try:
        found, without = [], []
        for name in names:
            try:
                made = snippet(read, name, host, roots)
                if format_ == "text" and without_escapes(made.text) != made.text:  # a terminal would obey it
                    without.append(f"no snippet for {name}: there is a control character in a value")
                else:
                    found.append(made)
            except CannotCarry as problem:
                without.append(f"no snippet for {name}: {problem}")
    except CannotChange as problem:
        click.echo(f"pgwhy: the target cannot be read: {redactor.clean(str(problem))}", err=True)
        click.echo("What to do about it: pgwhy check, with the same target", err=True)
        return UNREADABLE
    for line in without:
        click.echo(f"pgwhy: {line}", err=True)
    if format_ == "json":
        write(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False) + "\n", redactor)
    elif len(names) == 1:
        if not found:
            return UNREADABLE
        write(found[0].text, redactor)
        notes = _notes(found[0], _width(sys.stderr.isatty()))
        write("".join(f"{line}\n" for line in notes), redactor, None, sys.stderr)
    else:
        write(_page(found, _width(sys.stdout.isatty())), redactor)
    return None


def _page(found: list[Snippet], width: int) -> str:
    lines: list[str] = []
    if any(each.host for each in found):
        lines += ["Pooled or direct?", *wrap(POOLED, width, "  "), *wrap(DIRECT, width, "  "), ""]
    for each in found:
        heading = f"-- {each.title}: {each.file} (--for {each.stack}) "
        lines += [heading + "-" * max(0, width - len(heading)), *each.text.rstrip("\n").split("\n")]
        lines += [*_notes(each, width), ""]
    return "\n".join(lines[:-1]) + "\n"


def _notes(each: Snippet, width: int) -> list[str]:
    said = ([each.why] if each.why else []) + list(each.notes)
    return [line for note in said for line in wrap(note, width, "  * ", "    ")]


def _width(is_terminal: bool) -> int:
    return min(Terminal.here(os.environ, sys.platform).width, 100) if is_terminal else 100


def _names(stacks: str | None) -> list[str]:
    names = [name.strip() for name in stacks.split(",") if name.strip()] if stacks else list(STACKS)
    for name in names:
        if name not in STACKS:
            from pgwhy.terminal.spelling import nearest

            near = nearest(name, STACKS)
            hint = f"did you mean {near}?" if near else "see pgwhy snippets --list"
            raise click.UsageError(f"no stack is called {name!r}; {hint}")
    return names


def _target(text: str | None, form: str | None) -> Target:
    machine = Machine.here()
    if form is None:
        return inputs.read(text, machine)
    from pgwhy.target.forms import FORMS

    if text is None:
        raise click.UsageError("--from says how to read a TARGET, and there is none")
    if form not in FORMS:
        raise click.BadParameter(f"no dialect is called {form!r}; see pgwhy snippets --list", param_hint="--from")
    from pgwhy.target.reading.completion import read_text
    from pgwhy.target.reading.in_file import from_form

    if text == "-":
        return from_form(FORMS[form], inputs.text("-").removesuffix("\n"), "standard input", machine)
    if text.startswith("@"):
        try:
            return from_form(FORMS[form], read_text(Path(text[1:])).removesuffix("\n"), text[1:], machine)
        except OSError as error:
            raise click.UsageError(f"{text[1:]}: {error.strerror}") from None
    return from_form(FORMS[form], text, "the text", machine)


def _list() -> str:
    from pgwhy.target.forms import FORMS

    lines = ["Stacks (--for):", *(f"  {each.name:<20}{each.title}" for each in STACKS.values())]
    lines += ["", "Dialects (--from):", *(f"  {each.name:<20}{each.title}" for each in FORMS.values())]
    return "\n".join(lines) + "\n"
